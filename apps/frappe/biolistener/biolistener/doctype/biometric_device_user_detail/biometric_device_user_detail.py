from frappe.model.document import Document


class BiometricDeviceUserDetail(Document):
    pass
