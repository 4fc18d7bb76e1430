app_name = "biolistener"
app_title = "Biolistener"
app_publisher = "Biolistener maintainers"
app_description = "Biometric terminals in ERPNext: devices, people on them, commands to them"
app_email = "maintainers@biolistener.example"
app_license = "MIT"

# Employee and Employee Checkin come with Frappe HR, which brings ERPNext along.
required_apps = ["hrms"]

# Names of ours only, so that an export never takes along what belongs to others.
fixtures = [
    {"dt": "Role", "filters": [["name", "in", ["Biometric Manager", "Biometric Door Operator", "Biometric Service"]]]},
    {"dt": "Custom Field", "filters": [["name", "=", "Employee Checkin-custom_biolistener_punch_id"]]},
]
