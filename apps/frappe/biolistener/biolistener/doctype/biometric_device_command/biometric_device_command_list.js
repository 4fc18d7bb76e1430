frappe.listview_settings['Biometric Device Command'] = {
  add_fields: ['status'],
  get_indicator(doc) {
    const colours = { Pending: 'blue', Processing: 'yellow', Success: 'green', Failed: 'red', Closed: 'grey' };
    return [__(doc.status), colours[doc.status] || 'grey', `status,=,${doc.status}`];
  },
};
