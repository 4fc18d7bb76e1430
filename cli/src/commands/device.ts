import { type Command, Option } from 'commander';
import { registerDeviceCalls } from './device-calls.ts';
import { collect, examples, jsonOption } from './shared.ts';

export function registerDevice(program: Command): void {
  const device = program.command('device').description('terminals: who called, who may, and how they are set');
  device
    .command('list')
    .description('all terminals that called or were approved')
    .addOption(new Option('--status <status>', 'only these').choices(['pending', 'approved', 'blocked']))
    .option('--place <place>', 'only at this place')
    .addOption(jsonOption())
    .addHelpText('after', examples('device list', 'device list --status pending', 'device list --json'))
    .action(async (options: object) => (await import('../actions/device.ts')).listDevices(options));
  device
    .command('show')
    .argument('<serial>', 'serial number')
    .description('everything about one terminal: settings, profile, clock, quarantine, alerts, and what to do')
    .addOption(jsonOption())
    .addHelpText('after', examples('device show ABC1234567'))
    .action(async (serial: string, options: object) =>
      (await import('../actions/device.ts')).showDevice(serial, options),
    );
  device
    .command('approve')
    .argument('<serial>', 'serial number')
    .description('take what this terminal sends from now on, and what was kept of it in quarantine')
    .option(
      '--zone <zone>',
      'time zone of the wall that it hangs on (default: the one it has, else BIOLISTENER_TIME_ZONE)',
    )
    .option('--name <name>', 'name for people, also the device_id in ERPNext')
    .option('--role <role>', 'which way people pass: in, out or both')
    .option('--place <place>', 'Branch in ERPNext')
    .option('--brand <brand>', 'whose words it speaks: zkteco, ebkn …; needed for a serial number that never called')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'device approve ABC1234567 --zone Asia/Kolkata --name "Front door"',
        'device approve NEW0000001 --brand zkteco --zone Asia/Dubai',
      ),
    )
    .action(async (serial: string, options: object) =>
      (await import('../actions/device.ts')).approveDevice(serial, options),
    );
  device
    .command('block')
    .argument('<serial>', 'serial number')
    .description('take nothing of this terminal any more')
    .addOption(jsonOption())
    .addHelpText('after', examples('device block ABC1234567'))
    .action(async (serial: string, options: object) =>
      (await import('../actions/device.ts')).blockDevice(serial, options),
    );
  device
    .command('set')
    .argument('<serial>', 'serial number')
    .description('change name, zone, role, place, states or options of a terminal; an empty text forgets')
    .option('--name <name>', 'name for people')
    .option('--zone <zone>', 'time zone of the wall that it hangs on; punches that are stored keep theirs')
    .option('--role <role>', 'which way people pass: in, out or both')
    .option('--place <place>', 'Branch in ERPNext')
    .addOption(
      new Option('--sync <sync>', 'whether people are put on it and taken off it; punches arrive in any case').choices([
        'on',
        'off',
      ]),
    )
    .option('--state-map <states>', 'what its state codes mean here: 0=IN,1=OUT,4=none')
    .option('--option <key=value>', 'switch of its brand, see docs/protocols; repeatable; `key=` forgets', collect)
    .option(
      '--key-file <file>',
      'file with the key that it must show (token_id, pushcommkey, ComKey); "" asks for none',
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'device set ABC1234567 --name "Front door" --role in',
        'device set ABC1234567 --state-map 0=IN,1=OUT,4=none',
        'device set ABC1234567 --option verifyTable=new --place ""',
        'device set ABC1234567 --sync off',
        'device set ABC1234567 --key-file front.key',
      ),
    )
    .action(async (serial: string, options: object) =>
      (await import('../actions/device.ts')).setDevice(serial, options),
    );
  registerDeviceCalls(device);
}
