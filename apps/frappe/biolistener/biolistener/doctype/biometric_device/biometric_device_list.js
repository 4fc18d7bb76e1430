frappe.listview_settings['Biometric Device'] = {
  add_fields: ['status', 'online', 'disabled'],
  get_indicator(doc) {
    if (doc.status === 'Pending') return [__('Pending'), 'orange', 'status,=,Pending'];
    if (doc.disabled) return [__('Blocked'), 'red', 'disabled,=,1'];
    if (doc.status === 'Blocked') return [__('Blocked'), 'red', 'status,=,Blocked'];
    if (doc.online) return [__('Online'), 'green', 'status,=,Approved|online,=,1'];
    return [__('Offline'), 'red', 'status,=,Approved|online,=,0'];
  },
};
