import type { Pin, PinPeriod } from '@biolistener/core';
import { runTimeSettings } from '@biolistener/config';
import { pinOwnerAt, type OwnedPunch, type OwnersAt, type Store, type Target } from '@biolistener/store';
import { printable } from '../output.ts';
import type { Here } from '../services/with-store.ts';
import type { PunchLine } from '../views/delivery.ts';
import { refusalOf, type Obstacle } from '../views/pin-refusal.ts';

interface Look extends OwnersAt {
  readonly store: Store;
  readonly url: string;
  readonly now: number;
}

/** Reasons that the owners of a PIN give. */
const OF_OWNERS: readonly (string | undefined)[] = ['unknown-pin', 'ambiguous-pin', 'inactive-employee'];

/**
 * What keeps the punches of one PIN from an employee: one that would be made now, and those that are parked for it. By the
 * rules of the worker (docs/pins.md); nothing is said while no employee of the site is known.
 */
export async function pinObstacles(
  { store, settings }: Here,
  target: Target | undefined,
  pin: Pin,
  lines: readonly PunchLine[],
): Promise<string[]> {
  if (!target || (await store.countEmployees(target.id)) === 0) return [];
  const idField = runTimeSettings(await store.listSettings())['employee.id_field'];
  const zone = target.capabilities['siteZone'];
  const siteZone = typeof zone === 'string' ? zone : (settings.erpnextTimeZone ?? settings.timeZone);
  const look = { store, targetId: target.id, idField, siteZone, url: target.url, now: Date.now() };
  const found = [
    ...(lines.length > 0 ? await madeNow(lines, look) : await atAnyTerminal(pin, settings.timeZone, look)),
    ...(await parked(lines, look)),
  ];
  return toldOnce(found).map(printable);
}

/** Punches that would be made now come first, so a cause is told of them where it is theirs as well. */
function toldOnce(found: readonly Obstacle[]): string[] {
  const told = new Map<string, string>();
  for (const { key, text } of found) if (!told.has(key)) told.set(key, text);
  return [...told.values()];
}

/** A punch of this moment, at each terminal that it came from. */
async function madeNow(lines: readonly PunchLine[], look: Look): Promise<Obstacle[]> {
  const last = new Map(lines.toReversed().map(({ punch }) => [punch.serialNumber, punch]));
  const found = await Promise.all(
    [...last.values()].map((punch) => obstacleOf({ ...punch, instant: look.now, flags: [] }, look.now, 'now', look)),
  );
  return found.filter((obstacle) => obstacle !== undefined);
}

/** Nobody knows where it will be shown: only what every terminal would lead to is in the way. */
async function atAnyTerminal(pin: Pin, zone: string, look: Look): Promise<Obstacle[]> {
  const approved = (await look.store.allTerminals()).filter(({ status }) => status === 'approved');
  const punches = approved.map(({ brand, serialNumber, ...terminal }) => ({
    ...{ pin, brand, serialNumber, flags: [], instant: look.now },
    zone: terminal.zone ?? zone,
  }));
  const found = await Promise.all(punches.map((punch) => obstacleOf(punch, look.now, 'now', look)));
  const [first] = found;
  return first === undefined || found.includes(undefined) ? [] : [first];
}

async function parked(lines: readonly PunchLine[], look: Look): Promise<Obstacle[]> {
  const found = await Promise.all(
    lines
      .filter(({ delivery }) => delivery?.state === 'parked' && OF_OWNERS.includes(delivery.reason))
      .map(({ punch }) => obstacleOf(punch, punch.receivedAt, `at ${punch.wallTime}`, look)),
  );
  return found.filter((obstacle) => obstacle !== undefined);
}

async function obstacleOf(
  punch: OwnedPunch,
  receivedAt: number,
  when: string,
  look: Look,
): Promise<Obstacle | undefined> {
  const owner = await pinOwnerAt(look.store, look, punch, receivedAt);
  if (owner.verdict.kind === 'one') return inactive(owner.verdict.employee, owner.periods, look);
  const alike = await look.store.ownersOf(look.targetId, look.idField, punch.pin, 'number');
  return refusalOf(owner, { pin: punch.pin, when, alike, ...look });
}

/** Frappe HR takes check-ins of every other status. */
async function inactive(
  employee: string,
  periods: readonly PinPeriod[],
  { store, targetId }: Look,
): Promise<Obstacle | undefined> {
  const spelt = periods.find((period) => period.kind === 'site' && period.employee === employee)?.idValue;
  const known = spelt === undefined ? [] : await store.findEmployees(targetId, spelt);
  if (known.find(({ name }) => name === employee)?.status !== 'Inactive') return undefined;
  const text = `${employee} is Inactive in ERPNext: its check-ins are refused. Set the status to Active for as long as it takes.`;
  return { key: `inactive ${employee}`, text };
}
