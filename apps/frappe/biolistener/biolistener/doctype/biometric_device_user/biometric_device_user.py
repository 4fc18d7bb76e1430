from frappe.model.document import Document


class BiometricDeviceUser(Document):
    pass
