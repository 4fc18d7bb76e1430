import { Option, type Command } from 'commander';
import { examples, jsonOption } from './shared.ts';

const keyOption = (): Option => new Option('--key-file <file>', 'file that holds its communication key, if it has one');
const portOption = (): Option => new Option('--port <port>', 'port of the terminal (default: 4370)');
const udpOption = (): Option => new Option('--udp', 'for old units that speak UDP only');

/** Terminals that wait to be called, instead of calling. */
export function registerDeviceCalls(device: Command): void {
  device
    .command('add')
    .argument('<address>', 'address of a ZK terminal that is called on port 4370')
    .description('call a terminal from now on, and take what stands in its log')
    .addOption(portOption())
    .addOption(udpOption())
    .addOption(keyOption())
    .option('--zone <zone>', 'time zone of the wall that it hangs on (default: BIOLISTENER_TIME_ZONE)')
    .option('--name <name>', 'name for people')
    .option('--role <role>', 'which way people pass: in, out or both')
    .option('--place <place>', 'Branch in ERPNext')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('device add 192.0.2.20 --key-file front.key --zone Asia/Kolkata --name "Front door"'),
    )
    .action(async (address: string, options: object) =>
      (await import('../actions/device-calls.ts')).addDevice(address, options),
    );
  device
    .command('test')
    .argument('<address or serial>', 'address of a ZK terminal, or the serial number of one that was added')
    .description(
      'try all that reading a terminal needs: reachable, its key, serial number, clock, log; changes nothing',
    )
    .addOption(portOption())
    .addOption(udpOption())
    .addOption(keyOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('device test 192.0.2.20', 'device test ABC1234567'))
    .action(async (where: string, options: object) =>
      (await import('../actions/device-calls.ts')).testDevice(where, options),
    );
}
