// Used as it stands both by the app and, over REST, as a Client Script.
frappe.ui.form.on('Biometric Integration Settings', {
  refresh(frm) {
    const { last_contact, listener_status } = frm.doc;
    if (!last_contact) frm.dashboard.add_comment(__('Biolistener has not connected to this site yet.'), 'orange', true);
    else
      frm.dashboard.add_comment(
        __('{0}, heard of at {1}.', [listener_status || __('Connected'), last_contact]),
        'blue',
        true,
      );
  },
});
