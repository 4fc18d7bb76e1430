// Used as it stands both by the app and, over REST, as a Client Script; each button makes a Biometric Device Command.
(() => {
  const DEVICES = __('Devices');

  async function order(frm, type, more = {}, parameters = {}) {
    const command = await frappe.xcall('frappe.client.insert', {
      doc: {
        doctype: 'Biometric Device Command',
        device_user: frm.doc.name,
        type,
        parameters: JSON.stringify(parameters),
        manager_order: 1,
        ...more,
      },
    });
    const next = __('Biometric Device Command shows what becomes of it.');
    frappe.show_alert({ message: `${__(type)}: ${command.name}. ${next}`, indicator: 'green' });
  }

  /** The device was chosen in a prompt, so what it can do is asked for now. */
  async function abilitiesOf(device) {
    const { message } = await frappe.db.get_value('Biometric Device', device, ['abilities', 'status', 'disabled']);
    if (!message || message.status !== 'Approved' || Number(message.disabled) === 1)
      return { commands: [], templates: [] };
    try {
      return { commands: [], templates: [], ...JSON.parse(message.abilities || '{}') };
    } catch {
      return { commands: [], templates: [] };
    }
  }

  const chooseDevice = (title, verb, use) =>
    frappe.prompt(
      [
        {
          fieldname: 'device',
          fieldtype: 'Link',
          label: __('Device'),
          options: 'Biometric Device',
          reqd: 1,
        },
      ],
      use,
      title,
      verb,
    );

  async function ifAble(device, kind, then) {
    const abilities = await abilitiesOf(device);
    if (abilities.commands.includes(kind)) return then(abilities);
    frappe.msgprint(__('{0} cannot do this, or is not approved.', [device]));
  }

  const enrollHere = (frm) =>
    chooseDevice(__('Enroll here'), __('Next'), ({ device }) =>
      ifAble(device, 'enrol.start', ({ templates }) =>
        frappe.prompt(
          [
            {
              fieldname: 'kind',
              fieldtype: 'Select',
              label: __('What'),
              options: templates.join('\n'),
              default: templates[0],
              reqd: 1,
            },
            { fieldname: 'no', fieldtype: 'Int', label: __('Finger (0 to 9)'), default: 0 },
          ],
          ({ kind, no }) => order(frm, 'Start Capture', { device }, { kind, no: no || 0 }),
          __('Enroll here'),
          __('Start'),
        ),
      ),
    );

  const copyToDevices = (frm) =>
    frappe.prompt(
      [
        {
          fieldname: 'to',
          fieldtype: 'Link',
          label: __('To device (empty: all that the user is allowed on)'),
          options: 'Biometric Device',
        },
      ],
      ({ to }) => order(frm, 'Copy To Devices', {}, to ? { to } : {}),
      __('Copy to devices'),
      __('Copy'),
    );

  const getEnrollData = (frm) =>
    chooseDevice(__('Get enroll data'), __('Get'), ({ device }) =>
      ifAble(device, 'template.query', () => order(frm, 'Get Enroll Data', { device })),
    );

  const deleteFromDevice = (frm) =>
    chooseDevice(__('Delete from device'), __('Delete'), ({ device }) =>
      ifAble(device, 'user.delete', () =>
        frappe.confirm(__('Delete {0} with all fingers and faces from {1}?', [frm.doc.name, device]), () =>
          order(frm, 'Delete User', { device }),
        ),
      ),
    );

  function tellState(frm) {
    const { enabled, employee, sync_state } = frm.doc;
    const tell = (text, colour) => frm.dashboard.add_comment(text, colour, true);
    if (!enabled) tell(__('Not enabled: removed from all devices.'), 'orange');
    else if (!employee) tell(__('No employee is chosen, so punches of this PIN wait.'), 'orange');
    if (sync_state === 'Failed')
      tell(__('A device refused this user. Sync Error and the table of devices say why.'), 'red');
  }

  frappe.ui.form.on('Biometric Device User', {
    refresh(frm) {
      if (frm.is_new()) return;
      tellState(frm);
      const roles = frappe.user_roles || [];
      if (!roles.includes('Biometric Manager') && !roles.includes('System Manager')) return;
      frm.add_custom_button(__('Get enroll data'), () => getEnrollData(frm), DEVICES);
      frm.add_custom_button(__('Delete from device'), () => deleteFromDevice(frm), DEVICES);
      if (!frm.doc.enabled) return;
      frm.add_custom_button(__('Enroll here'), () => enrollHere(frm), DEVICES);
      frm.add_custom_button(__('Copy to devices'), () => copyToDevices(frm), DEVICES);
      frm.add_custom_button(__('Sync now'), () => order(frm, 'Sync Now'), DEVICES);
    },
  });
})();
