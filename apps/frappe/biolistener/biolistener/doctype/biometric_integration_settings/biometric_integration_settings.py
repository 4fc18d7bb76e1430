from frappe.model.document import Document


class BiometricIntegrationSettings(Document):
    pass
