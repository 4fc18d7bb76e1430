import { asPin, type PunchFlag, type PunchId } from '@biolistener/core';
import type { PunchFilter, Store, StoredPunch, Target } from '@biolistener/store';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { counted, facts, print, utc } from '../output.ts';
import { parseLimit } from '../parse/device-options.ts';
import { getPunch, getPunchIds } from '../parse/ids.ts';
import { parseTime } from '../parse/time.ts';
import { actorHere } from '../services/actor.ts';
import { confirm } from '../services/confirm.ts';
import { getTerminal } from '../services/terminals.ts';
import { activeTarget, needTarget, withStore, type Here } from '../services/with-store.ts';
import { punchJson, punchTable, safeText, stateText, type PunchLine } from '../views/delivery.ts';
import { todoOf } from '../views/reasons.ts';

export interface FilterOptions {
  readonly json?: boolean;
  readonly serial?: string;
  readonly pin?: string;
  readonly from?: string;
  readonly to?: string;
  readonly state?: readonly string[];
  readonly limit?: string;
}

/** The filter of the store from the words of the command. Errors: usage (2), not found (3) for a serial number. */
async function filterOf(options: FilterOptions, here: Here, target: Target | undefined): Promise<PunchFilter> {
  const { settings, store } = here;
  const zone = settings.timeZone;
  const now = Date.now();
  const { serial, pin, from, to, state } = options;
  if (state !== undefined && target === undefined) await needTarget(store); // says what is missing
  return {
    limit: parseLimit(options.limit ?? '20'),
    ...(serial === undefined ? {} : { serialNumber: (await getTerminal(store, serial)).serialNumber }),
    ...(pin === undefined ? {} : { pin: asPin(pin) }),
    ...(from === undefined ? {} : { from: parseTime('--from', from, { now, zone, side: 'start' }) }),
    ...(to === undefined ? {} : { to: parseTime('--to', to, { now, zone, side: 'end' }) }),
    ...(state === undefined || target === undefined ? {} : { targetId: target.id, states: state }),
  };
}

export async function withDelivery(
  store: Store,
  target: Target | undefined,
  punches: readonly StoredPunch[],
): Promise<PunchLine[]> {
  return Promise.all(
    punches.map(async (punch) => ({
      punch,
      delivery: (await store.listDeliveries(punch.id)).find((one) => one.targetId === target?.id),
    })),
  );
}

export async function listPunches(options: FilterOptions): Promise<void> {
  await withStore(async (here) => {
    const target = await activeTarget(here.store);
    const filter = await filterOf(options, here, target);
    const lines = await withDelivery(here.store, target, await here.store.listPunches(filter));
    print(options, lines.map(punchJson), () => {
      const shown = punchTable(lines, Date.now(), 'No punch fits.');
      const isCut = lines.length === filter.limit;
      return isCut ? `${shown}\nThese are the ${filter.limit} newest; --limit shows more.` : shown;
    });
  });
}

export async function showPunch(id: string, options: { readonly json?: boolean }): Promise<void> {
  await withStore(async ({ store }) => {
    const punch = await getPunch(store, id);
    const target = await activeTarget(store);
    const [line] = await withDelivery(store, target, [punch]);
    const delivery = line?.delivery;
    const todo = delivery?.state === 'parked' ? await todoOf(delivery.reason) : undefined;
    print(
      options,
      { ...punchJson({ punch, delivery }), rawText: safeText(punch.raw) },
      () =>
        `${punchText({ punch, delivery }, todo)}\n\nAs sent\n${safeText(punch.raw)}\n\nIts whole way: biolistener trace ${punch.id.slice(0, 12)}`,
    );
  });
}

function punchText({ punch, delivery }: PunchLine, todo: string | undefined): string {
  const certainty = punch.certainty === 'exact' ? '' : ` (${punch.certainty}: the clocks changed that night)`;
  return facts([
    ['punch', punch.id],
    ['PIN', punch.pin],
    ['terminal', `${punch.serialNumber} (${punch.brand})`],
    ['time there', `${punch.wallTime} in ${punch.zone}${certainty}`],
    ['UTC', utc(punch.instant)],
    ['state', punch.state],
    ['verify mode', punch.verifyMode],
    ['work code', punch.workCode],
    ['flags', punch.flags.join(', ')],
    ['extra', Object.keys(punch.extra).length === 0 ? undefined : JSON.stringify(punch.extra)],
    ['received', `${utc(punch.receivedAt)} from ${punch.remoteAddress} (${punch.operation})`],
    ['sent again', punch.resends === 0 ? undefined : `${counted(punch.resends, 'time')}, kept once`],
    ['employee', delivery?.employee],
    [
      'log type',
      delivery?.logType === undefined
        ? undefined
        : `${delivery.logType === '' ? 'none' : delivery.logType} (${delivery.logTypeSource ?? ''})`,
    ],
    ['where it is', stateText(delivery, Date.now())],
    ['what to do', todo],
  ]);
}

/** These never go by themselves: to send them anyway, a person names each. */
const ONLY_BY_NAME: readonly PunchFlag[] = ['clock-implausible', 'unregistered-card', 'verification-only'];

export interface ReplayOptions extends FilterOptions {
  readonly yes?: boolean;
}

/** Sends again what was sent, parked or discarded; the site's own uniqueness keeps each single. */
export async function replayPunches(ids: readonly string[], options: ReplayOptions): Promise<void> {
  await withStore(async (here) => {
    const target = await needTarget(here.store);
    const { chosen, leftOut } =
      ids.length > 0
        ? { chosen: await getPunchIds(here.store, ids), leftOut: 0 }
        : await chosenByFilter(options, here, target);
    if (ids.length === 0 && chosen.length > 0)
      await confirm(`${counted(chosen.length, 'punch', 'punches')} will be sent to ${target.url} again.`, options);
    const replayed = chosen.length === 0 ? 0 : await here.store.replay(target.id, chosen, actorHere());
    print(options, { chosen: chosen.length, replayed, leftOut, target: target.url }, () =>
      replayText(chosen.length, replayed, leftOut, target),
    );
  });
}

async function chosenByFilter(options: ReplayOptions, here: Here, target: Target) {
  const { serial, pin, from, to, state } = options;
  if ([serial, pin, from, to, state].every((one) => one === undefined))
    throw new CommandFailure(
      'which punches?',
      EXIT.usage,
      'Name ids, or say --serial, --pin, --from, --to or --state.',
    );
  const filter = await filterOf({ ...options, limit: options.limit ?? '10000' }, here, target);
  const punches = await here.store.listPunches(filter);
  const chosen: PunchId[] = punches
    .filter((one) => !one.flags.some((flag) => ONLY_BY_NAME.includes(flag)))
    .map((one) => one.id);
  return { chosen, leftOut: punches.length - chosen.length };
}

function replayText(chosen: number, replayed: number, leftOut: number, target: Target): string {
  const lines = [
    chosen === 0
      ? 'No punch fits; nothing was done.'
      : `${counted(replayed, 'punch', 'punches')} will be sent to ${target.url} again, each at most once in ERPNext.`,
  ];
  if (replayed < chosen) lines.push(`${chosen - replayed} of ${chosen} are on their way already.`);
  if (leftOut > 0)
    lines.push(
      `${counted(leftOut, 'punch', 'punches')} with an implausible clock, an unknown card or no attendance were left out; name their ids to send them anyway.`,
    );
  return lines.join('\n');
}
