import type { Instant, JsonObject, Pin, PinForm, PinPeriod, SerialNumber, ZoneName } from '@biolistener/core';

/** How a look at the site dates the changes that it finds. */
export interface MirrorLook {
  /** Field of Employee that the id values are of: each has a history of its own. */
  readonly idField: string;
  /** When the site had answered. */
  readonly at: Instant;
  /** Until when everything that moves `modified` is known; undefined: this is the first look by this field. */
  readonly since: Instant | undefined;
  /** Until when everything is known, also what was deleted or changed without moving `modified`. */
  readonly sinceAll: Instant | undefined;
  /** Zone of `modified`; undefined: it proves nothing. */
  readonly zone: ZoneName | undefined;
}

/** A PIN about which people said something else than before. */
export interface PinNews {
  readonly id: number;
  readonly pin: Pin;
}

/** What of a terminal counts when a PIN of it is looked up. */
export interface PinTerminal {
  readonly brand: string;
  readonly options: JsonObject;
  readonly clockDriftSeconds: number | undefined;
}

export interface OwnerStore {
  /**
   * Everybody who ever had a PIN, as the site showed (oldest first), and persons with an employee and a date (by id).
   * `number`: in any spelling. Says nothing about one instant: that is for `judgeOwner`.
   */
  ownersOf(targetId: string, idField: string, pin: Pin, form: PinForm): Promise<PinPeriod[]>;
  /** Every PIN that may lead to an employee, as the site and persons with dates spell it, whenever it was theirs. */
  pinsOf(targetId: string, idField: string, employee: string): Promise<Pin[]>;
  findPinTerminal(serialNumber: SerialNumber): Promise<PinTerminal | undefined>;
  /**
   * Persons whose employee or dates were changed, oldest first: punches that are parked for their PIN may go. What is new
   * after a listing has a larger id.
   */
  listPinNews(limit: number): Promise<PinNews[]>;
  clearPinNews(upToId: number): Promise<void>;
}
