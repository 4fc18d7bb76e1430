import type { Settings } from '@biolistener/config';
import type { Store } from '@biolistener/store';
import { Unhealthy } from '../exit-codes.ts';
import { print, printable } from '../output.ts';
import { lookAtCommands, lookAtRoster } from '../doctor/commands.ts';
import { lookAtDesk } from '../doctor/desk.ts';
import { lookAtErpnext } from '../doctor/erpnext.ts';
import { at, lookAt, worstOf, type Finding } from '../doctor/finding.ts';
import { lookAtFolder, lookAtSettings } from '../doctor/folder.ts';
import { lookAtHealth, lookAtListener, lookAtNginx } from '../doctor/ports.ts';
import { lookAtQueue } from '../doctor/queue.ts';
import { lookAtRedis } from '../doctor/redis.ts';
import { lookAtStore } from '../doctor/store.ts';
import { lookAtTerminals } from '../doctor/terminals.ts';
import { lookAtVersions } from '../doctor/versions.ts';
import { askHealth } from '../services/health.ts';
import { activeTarget } from '../services/with-store.ts';

/** Looks at each hop in the order in which a punch passes it. Changes nothing, and looks to the end whatever is down. */
export async function runDoctor(options: { readonly json?: boolean }): Promise<void> {
  const findings = await examine();
  const status = worstOf(findings);
  print(options, { status, findings }, () => doctorText(findings, status));
  if (status === 'bad') throw new Unhealthy();
}

export async function examine(): Promise<Finding[]> {
  const { loaded, findings } = lookAtSettings();
  if (!loaded)
    return [
      ...findings,
      at('everything else').skipped('not looked at while the settings do not fit'),
      ...(await lookAtVersions()),
    ];
  const { settings } = loaded;
  const folder = await lookAt('data folder', () => lookAtFolder(settings));
  const { store, findings: opened } = await lookAtStore(settings);
  try {
    return [
      ...findings,
      ...folder,
      ...opened,
      ...(await lookAtServices(settings)),
      ...(await lookInside(settings, store)),
      ...(await lookAt('versions', lookAtVersions)),
    ];
  } finally {
    await store?.close();
  }
}

/** These wait for time-outs at worst, so they are asked at once and told in order. */
async function lookAtServices(settings: Settings): Promise<Finding[]> {
  const hops = [
    lookAt('Redis', () => lookAtRedis(settings)),
    lookAt('listener', () => lookAtListener(settings)),
    lookAt('nginx', () => lookAtNginx(settings)),
    lookAt('API', async () => lookAtHealth(await askHealth(settings))),
  ];
  return (await Promise.all(hops)).flat();
}

async function lookInside(settings: Settings, store: Store | undefined): Promise<Finding[]> {
  const now = Date.now();
  const target = store === undefined ? undefined : await activeTarget(store).catch(() => undefined); // the store's own hop says so
  const inside =
    store === undefined
      ? [
          at('terminals').skipped('not looked at without a store'),
          at('deliveries').skipped('not looked at without a store'),
          at('commands').skipped('not looked at without a store'),
          at('roster').skipped('not looked at without a store'),
        ]
      : [
          ...(await lookAt('terminals', () => lookAtTerminals(store, settings, now))),
          ...(await lookAt('deliveries', () => lookAtQueue(store, target, now))),
          ...(await lookAt('commands', () => lookAtCommands(store, now))),
          ...(await lookAt('roster', () => lookAtRoster(store, now))),
        ];
  const erpnext = await lookAt('ERPNext', () => lookAtErpnext(settings, target, store));
  return [...inside, ...erpnext, ...(await lookAt('Desk', () => lookAtDesk(settings, store)))];
}

const MARKS: Readonly<Record<Finding['state'], string>> = { ok: 'ok  ', warn: 'note', bad: 'BAD ', skipped: '–   ' };
const LAST = {
  ok: 'Everything on the way from the port to the check-in works.',
  warn: 'The way from the port to the check-in works; the notes are worth a look.',
  bad: 'Something is wrong; mend the first BAD from the top, then look again.',
} as const;

export function doctorText(findings: readonly Finding[], status: keyof typeof LAST): string {
  const width = Math.max(...findings.map((one) => one.hop.length));
  const lines = findings.flatMap(({ hop, state, message, todo }) => [
    `${MARKS[state]}  ${hop.padEnd(width)}  ${printable(message)}`,
    ...(todo === undefined ? [] : [`      ${' '.repeat(width)}  → ${printable(todo)}`]),
  ]);
  return [...lines, '', LAST[status]].join('\n');
}
