// Used as it stands both by the app and, over REST, as a Client Script.
(() => {
  const MEANING = {
    Pending: [__('Waits for the device to call.'), 'blue'],
    Processing: [__('The device has it; its answer is awaited.'), 'blue'],
    Success: [__('Done.'), 'green'],
    Failed: [__('Not done. Response says why; Send again makes a new command.'), 'red'],
    Closed: [__('Given up or cancelled before the device answered.'), 'grey'],
  };

  /** What a type asks of its device, in the words of Biolistener. Sync Now asks nothing of it. */
  const NEEDS = {
    'Enroll User': 'user.update',
    'Update User': 'user.update',
    'Delete User': 'user.delete',
    'Get Enroll Data': 'user.query',
    'Start Capture': 'enrol.start',
    'Get Logs': 'logs.query',
    'Set Clock': 'clock.set',
    Restart: 'restart',
    'Get Info': 'info',
    'Open Door': 'door.open',
    'Clear Logs': 'logs.clear',
    'Test Connection': 'check',
    'Copy To Devices': 'template.query',
  };

  function commandsOf(device) {
    if (!device || device.status !== 'Approved' || Number(device.disabled) === 1) return [];
    try {
      return JSON.parse(device.abilities || '{}').commands || [];
    } catch {
      return [];
    }
  }

  /** One that is typed by hand offers no more than the buttons of its device do. */
  async function checkAbility(frm) {
    const { device, type } = frm.doc;
    if (!frm.is_new() || !device || !NEEDS[type]) return;
    const { message } = await frappe.db.get_value('Biometric Device', device, ['abilities', 'status', 'disabled']);
    if (frm.doc.device !== device || frm.doc.type !== type || commandsOf(message).includes(NEEDS[type])) return;
    frappe.msgprint(__('{0} cannot do this, or is not approved.', [device]));
    frm.set_value('type', '');
  }

  const cancel = (frm) =>
    frappe.confirm(__('Cancel this command? A device that has it already may still do it.'), async () => {
      await frappe.xcall('frappe.client.set_value', {
        doctype: frm.doc.doctype,
        name: frm.doc.name,
        fieldname: { cancel_requested: 1 },
      });
      frm.reload_doc();
    });

  /** Commands are never revived: a new one has its own attempts, deadline and answer. */
  async function sendAgain(frm) {
    const { device, device_user, type, parameters } = frm.doc;
    const command = await frappe.xcall('frappe.client.insert', {
      doc: { doctype: frm.doc.doctype, device, device_user, type, parameters, door_order: 1, manager_order: 1 },
    });
    frappe.show_alert({ message: __('Sent again as {0}.', [command.name]), indicator: 'green' });
  }

  frappe.ui.form.on('Biometric Device Command', {
    device: checkAbility,
    type: checkAbility,

    refresh(frm) {
      if (frm.is_new()) {
        // Frappe takes back what the role of the person does not cover
        frm.set_value('door_order', 1);
        frm.set_value('manager_order', 1);
        return;
      }
      const [text, colour] = MEANING[frm.doc.status] || [];
      if (text) frm.dashboard.add_comment(text, colour, true);
      const isOpen = ['Pending', 'Processing'].includes(frm.doc.status);
      if (isOpen && frm.doc.cancel_requested)
        frm.dashboard.add_comment(__('Cancelling was asked for.'), 'orange', true);
      else if (isOpen) frm.add_custom_button(__('Cancel'), () => cancel(frm));
      else if (frm.doc.status !== 'Success') frm.add_custom_button(__('Send again'), () => sendAgain(frm));
    },
  });
})();
