import {
  judgeOwner,
  pinKey,
  punchStretch,
  type Instant,
  type OwnerVerdict,
  type PinForm,
  type PinPeriod,
  type Punch,
  type ZoneName,
} from '@biolistener/core';
import type { OwnerStore, PinTerminal } from './contract/index.ts';

/** Brands that take leading zeros off a PIN, and the option of a terminal that keeps them (docs/protocols/ebkn.md). */
const NUMERIC_BRANDS: Readonly<Record<string, string>> = { ebkn: 'keepLeadingZeros' };

/** How the PIN of a punch is held against those of the site. One that has its zeros was read as text. */
export function pinFormOf({ brand, pin }: Pick<Punch, 'brand' | 'pin'>, terminal: PinTerminal | undefined): PinForm {
  const keeping = NUMERIC_BRANDS[brand];
  const isText = keeping === undefined || terminal?.options[keeping] === true || pinKey(pin, 'number') !== pin;
  return isText ? 'text' : 'number';
}

/** What of a punch says whose it is. */
export type OwnedPunch = Pick<Punch, 'brand' | 'pin' | 'serialNumber' | 'instant' | 'flags' | 'zone'>;

/** Where the history of PINs is looked up, and the zone of that site. */
export interface OwnersAt {
  readonly targetId: string;
  readonly idField: string;
  readonly siteZone: ZoneName;
}

export interface PinOwner {
  readonly verdict: OwnerVerdict;
  readonly periods: readonly PinPeriod[];
}

/** Whose a PIN was when a punch was made, by the history and the clock of its terminal (docs/pins.md). */
export async function pinOwnerAt(
  store: Pick<OwnerStore, 'ownersOf' | 'findPinTerminal'>,
  { targetId, idField, siteZone }: OwnersAt,
  punch: OwnedPunch,
  receivedAt: Instant,
): Promise<PinOwner> {
  const terminal = await store.findPinTerminal(punch.serialNumber);
  const periods = await store.ownersOf(targetId, idField, punch.pin, pinFormOf(punch, terminal));
  const made = punchStretch(punch, { driftSeconds: terminal?.clockDriftSeconds, receivedAt });
  return { verdict: judgeOwner(periods, made, { site: siteZone, terminal: punch.zone }), periods };
}
