// Used as it stands both by the app and, over REST, as a Client Script: so nothing is imported, and each button makes a
// Biometric Device Command, which Biolistener hears of. The page itself never talks to Biolistener.
(() => {
  const PEOPLE = __('People');
  const TERMINAL = __('Terminal');
  const LOGS = __('Logs');

  /** What the terminal told about itself; nothing is offered before it did. */
  function abilitiesOf(doc) {
    try {
      return { commands: [], templates: [], ...JSON.parse(doc.abilities || '{}') };
    } catch {
      return { commands: [], templates: [] };
    }
  }

  /** Frappe takes the two orders away again from whoever lacks the role for them. */
  async function order(frm, type, more = {}, parameters = {}) {
    const command = await frappe.xcall('frappe.client.insert', {
      doc: {
        doctype: 'Biometric Device Command',
        device: frm.doc.name,
        type,
        parameters: JSON.stringify(parameters),
        door_order: 1,
        manager_order: 1,
        ...more,
      },
    });
    const when = frm.doc.online
      ? __('The device gets it within seconds.')
      : __('The device is offline and gets it when it calls again.');
    frappe.show_alert({ message: `${__(type)}: ${command.name}. ${when}`, indicator: 'green' });
  }

  const chooseUser = {
    fieldname: 'device_user',
    fieldtype: 'Link',
    label: __('User'),
    options: 'Biometric Device User',
  };

  const ACTIONS = [
    {
      label: __('Enroll here'),
      group: PEOPLE,
      needs: 'enrol.start',
      run: (frm, abilities) =>
        frappe.prompt(
          [
            { ...chooseUser, reqd: 1 },
            {
              fieldname: 'kind',
              fieldtype: 'Select',
              label: __('What'),
              options: abilities.templates.join('\n'),
              default: abilities.templates[0],
              reqd: 1,
            },
            { fieldname: 'no', fieldtype: 'Int', label: __('Finger (0 to 9)'), default: 0 },
          ],
          ({ device_user, kind, no }) => order(frm, 'Start Capture', { device_user }, { kind, no: no || 0 }),
          __('Enroll here'),
          __('Start'),
        ),
    },
    {
      label: __('Send user'),
      group: PEOPLE,
      needs: 'user.update',
      run: (frm) =>
        frappe.prompt(
          [{ ...chooseUser, reqd: 1 }],
          ({ device_user }) => order(frm, 'Enroll User', { device_user }),
          __('Send user'),
          __('Send'),
        ),
    },
    {
      label: __('Copy to devices'),
      group: PEOPLE,
      needs: 'template.query',
      run: (frm) =>
        frappe.prompt(
          [
            chooseUser,
            { fieldname: 'to', fieldtype: 'Link', label: __('To device (empty: all)'), options: 'Biometric Device' },
          ],
          ({ device_user, to }) =>
            to && !device_user
              ? frappe.msgprint(__('Choose the user who is to be copied there.'))
              : order(frm, 'Copy To Devices', device_user ? { device_user } : {}, to ? { to } : {}),
          __('Copy to devices'),
          __('Copy'),
        ),
    },
    {
      label: __('Get enroll data'),
      group: PEOPLE,
      needs: 'template.query',
      run: (frm) =>
        frappe.prompt(
          [{ ...chooseUser, label: __('User (empty: everybody)') }],
          ({ device_user }) => order(frm, 'Get Enroll Data', device_user ? { device_user } : {}),
          __('Get enroll data'),
          __('Get'),
        ),
    },
    {
      label: __('Delete from device'),
      group: PEOPLE,
      needs: 'user.delete',
      run: (frm) =>
        frappe.prompt(
          [{ ...chooseUser, reqd: 1 }],
          ({ device_user }) =>
            frappe.confirm(__('Delete {0} with all fingers and faces from this device?', [device_user]), () =>
              order(frm, 'Delete User', { device_user }),
            ),
          __('Delete from device'),
          __('Delete'),
        ),
    },
    { label: __('Sync now'), group: PEOPLE, needs: 'user.update', run: (frm) => order(frm, 'Sync Now') },
    { label: __('Test connection'), group: TERMINAL, needs: 'check', run: (frm) => order(frm, 'Test Connection') },
    { label: __('Get info'), group: TERMINAL, needs: 'info', run: (frm) => order(frm, 'Get Info') },
    { label: __('Set clock'), group: TERMINAL, needs: 'clock.set', run: (frm) => order(frm, 'Set Clock') },
    {
      label: __('Restart'),
      group: TERMINAL,
      needs: 'restart',
      run: (frm) =>
        frappe.confirm(__('Restart this device? Nobody can punch here for a minute or two.'), () =>
          order(frm, 'Restart'),
        ),
    },
    {
      label: __('Open door'),
      group: TERMINAL,
      needs: 'door.open',
      role: 'Biometric Door Operator',
      run: (frm) => frappe.confirm(__('Open the door of this device now?'), () => order(frm, 'Open Door')),
    },
    {
      label: __('Get logs'),
      group: LOGS,
      needs: 'logs.query',
      run: (frm) =>
        frappe.prompt(
          [
            { fieldname: 'from', fieldtype: 'Datetime', label: __('From (time of the device)'), reqd: 1 },
            { fieldname: 'to', fieldtype: 'Datetime', label: __('To'), reqd: 1 },
          ],
          ({ from, to }) => order(frm, 'Get Logs', {}, { from, to }),
          __('Get logs'),
          __('Get'),
        ),
    },
    {
      label: __('Clear logs'),
      group: LOGS,
      needs: 'logs.clear',
      run: (frm) =>
        frappe.confirm(
          __('Clear the punches in this device? Biolistener refuses while one of them is not in ERPNext yet.'),
          () => order(frm, 'Clear Logs'),
        ),
    },
  ];

  /** Everything but the door is for managers; Frappe itself enforces both, this only hides what would be refused. */
  function mayUse(action) {
    const roles = frappe.user_roles || [];
    return roles.includes(action.role || 'Biometric Manager') || (!action.role && roles.includes('System Manager'));
  }

  async function change(frm, values) {
    await frappe.xcall('frappe.client.set_value', {
      doctype: frm.doc.doctype,
      name: frm.doc.name,
      fieldname: values,
    });
    frm.reload_doc();
  }

  const approve = (frm) =>
    frappe.prompt(
      [
        { fieldname: 'device_name', fieldtype: 'Data', label: __('Device Name'), default: frm.doc.device_name },
        {
          fieldname: 'time_zone',
          fieldtype: 'Data',
          label: __('Time Zone, for example Asia/Dubai'),
          default: frm.doc.time_zone,
          reqd: 1,
        },
      ],
      ({ device_name, time_zone }) =>
        isZone(time_zone) && change(frm, { device_name: device_name || '', time_zone, disabled: 0 }),
      __('Approve'),
      __('Approve'),
    );

  const block = (frm) =>
    frappe.confirm(
      __('Block this device? What it sends is kept, but goes no further until it is approved again.'),
      () => change(frm, { disabled: 1 }),
    );

  function isZone(zone) {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
      return true;
    } catch {
      frappe.msgprint(__('{0} is not a time zone. Use a name such as Asia/Dubai.', [zone]));
      return false;
    }
  }

  function tellState(frm) {
    const { status, disabled, online, last_contact, last_error, clock_drift_seconds } = frm.doc;
    const tell = (text, colour) => frm.dashboard.add_comment(text, colour, true);
    if (disabled && status !== 'Pending') tell(__('Blocked. What it sends is kept but goes no further.'), 'red');
    else if (status === 'Pending')
      tell(__('Not approved yet. What it sends is kept until you press Approve.'), 'orange');
    else if (!online && last_contact) tell(__('Offline since {0}.', [last_contact]), 'red');
    if (Math.abs(clock_drift_seconds || 0) > 60)
      tell(__('Its clock is {0} seconds off. Press Set clock.', [Math.round(clock_drift_seconds)]), 'orange');
    // its words come from the device, and a comment is HTML: they are read in their own field
    if (last_error) tell(__('The device reported an error: see Last Error.'), 'red');
  }

  frappe.ui.form.on('Biometric Device', {
    refresh(frm) {
      if (frm.is_new()) return;
      tellState(frm);
      const manages = mayUse({});
      if (manages && (frm.doc.disabled || frm.doc.status === 'Pending'))
        frm.add_custom_button(__('Approve'), () => approve(frm));
      else if (manages) frm.add_custom_button(__('Block'), () => block(frm), TERMINAL);
      if (frm.doc.disabled || frm.doc.status !== 'Approved') return;
      const abilities = abilitiesOf(frm.doc);
      for (const action of ACTIONS)
        if (abilities.commands.includes(action.needs) && mayUse(action))
          frm.add_custom_button(action.label, () => action.run(frm, abilities), action.group);
    },

    time_zone(frm) {
      if (frm.doc.time_zone) isZone(frm.doc.time_zone);
    },
  });
})();
