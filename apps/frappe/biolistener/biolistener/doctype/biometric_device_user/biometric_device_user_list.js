frappe.listview_settings['Biometric Device User'] = {
  add_fields: ['enabled', 'sync_state'],
  filters: [['enabled', '=', 1]],
  get_indicator(doc) {
    if (!doc.enabled) return [__('Disabled'), 'grey', 'enabled,=,0'];
    if (doc.sync_state === 'Failed') return [__('Failed'), 'red', 'sync_state,=,Failed'];
    if (doc.sync_state === 'In Sync') return [__('In Sync'), 'green', 'sync_state,=,In Sync'];
    return [__('Pending'), 'orange', 'enabled,=,1|sync_state,=,Pending'];
  },
};
