from frappe.model.document import Document


class BiometricDeviceCommand(Document):
    pass
