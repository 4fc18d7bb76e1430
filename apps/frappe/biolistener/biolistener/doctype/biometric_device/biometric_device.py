from frappe.model.document import Document


class BiometricDevice(Document):
    pass
