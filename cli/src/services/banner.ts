import { networkInterfaces } from 'node:os';
import { brands } from '@biolistener/brands';
import type { Settings } from '@biolistener/config';

/** The address that a terminal on the same network can reach; the first that is neither loopback nor a bridge of containers. */
export function reachableAddress(settings: Settings): string {
  if (settings.publicHost !== undefined) return settings.publicHost;
  const cards = Object.entries(networkInterfaces()).filter(([name]) => !/^(docker|br-|veth|virbr)/.test(name));
  const found = cards
    .flatMap(([, addresses]) => addresses ?? [])
    .find((address) => address.family === 'IPv4' && !address.internal);
  return found?.address ?? '127.0.0.1';
}

export interface Places {
  readonly terminals: string;
  readonly status: string;
  readonly target: { readonly kind: string; readonly url: string };
  readonly data: string;
}

export function placesOf(settings: Settings, target: { kind: string; url: string }, data: string): Places {
  return {
    terminals: `${reachableAddress(settings)}:${settings.publicPort}`,
    status: `http://${settings.apiHost === '0.0.0.0' ? reachableAddress(settings) : settings.apiHost}:${settings.apiPort}/`,
    target,
    data,
  };
}

/** What a person reads after `npm start`: what to type into a terminal, where things are, and where check-ins go. */
export function banner(settings: Settings, places: Places, zone: string): string {
  const [host, port] = [reachableAddress(settings), String(settings.publicPort)];
  const fill = (line: string): string => line.replaceAll('{host}', host).replaceAll('{port}', port);
  const keypads = brands.flatMap((brand) => [
    `  ${brand.title}`,
    ...brand.keypad.map((line) => `    ${fill(line)}`),
    '',
  ]);
  return [
    '',
    `Biolistener is up. Terminals connect to ${places.terminals}`,
    '',
    'Type into the terminal:',
    ...keypads,
    'Then approve it once (its zone is where it hangs):',
    `    npx biolistener device list`,
    `    npx biolistener device approve SERIAL --zone ${zone}`,
    '',
    `Status page   ${places.status}`,
    ...targetLines(places),
    `Data          ${places.data}`,
    'Where is it?  npx biolistener trace SERIAL_OR_PIN      What is wrong?  npx biolistener doctor',
    'Ctrl-C stops everything in order.',
    '',
  ].join('\n');
}

function targetLines({ target }: Places): string[] {
  if (target.kind !== 'sandbox') return [`Check-ins     go to ${target.url}`];
  return [
    `Check-ins     go to the SANDBOX at ${target.url} – not to a real ERPNext`,
    '              To connect yours:  npx biolistener erpnext connect --url https://erp.example.com --key … --save',
    '              What went to the sandbox is delivered there too, once it is connected.',
  ];
}
