import type { JsonObject } from '@biolistener/core';
import type { AckedPunch, Fleet, SimulatedTerminal } from '@biolistener/simulator';

/** A record that a roster names: the user, or one of their templates. */
export type Wanted =
  { readonly what: 'user' } | { readonly what: 'template'; readonly kind: string; readonly no: number };

export function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** A terminal of any brand, as far as chaos has to do with it. */
export interface Unit {
  readonly serialNumber: string;
  readonly brand: string;
  readonly options?: JsonObject;
  /** At its keypad; undefined: people are not enrolled there. */
  readonly enrol?: (pin: string, finger: number) => void;
  /** Whether it stands in the memory now. */
  has(pin: string, wanted: Wanted): boolean;
  /** How often its door opened, by command where the brand names them, else in sum under an empty id. */
  opened(): ReadonlyMap<string, number>;
  /** What it has in its log although nobody pushes it: all of that must be read. */
  punches?(): readonly AckedPunch[];
  /** No more punches of its own, and a good network. */
  calm?(): void;
  stop?(): Promise<void>;
}

const DOOR = /^(AC_UNLOCK|OPEN_DOOR|SET_DOOR_STATUS|CONTROL DEVICE 01\d\d01|\{"cmd":"opendoor")/;

/** The terminals of a fleet: those that call by themselves. */
export const unitsOf = (fleet: Fleet): Unit[] => fleet.terminals.map(unitOf);

function unitOf(terminal: SimulatedTerminal): Unit {
  const doors = new Map<string, number>();
  terminal.on('command', ({ id, text }) => {
    if (DOOR.test(text)) doors.set(id, (doors.get(id) ?? 0) + 1);
  });
  const { serialNumber, brand, profile } = terminal;
  return {
    serialNumber,
    brand,
    // without it nobody opens a door of this brand
    ...(brand === 'ebkn' && { options: { doorCommand: 'OPEN_DOOR' } }),
    enrol(pin, finger) {
      if (!terminal.user(pin)) terminal.enrol({ pin, name: `Person ${pin}` });
      if (profile === 'aif43v')
        terminal.enrolTemplate(pin, 'face'); // it has no finger reader
      else terminal.enrolTemplate(pin, 'fingerprint', finger);
    },
    has(pin, wanted) {
      const person = terminal.people().find((one) => Number(one.pin) === Number(pin));
      if (wanted.what === 'user' || !person) return person !== undefined;
      return person.templates.some(({ kind, no }) => kind === wanted.kind && no === wanted.no);
    },
    opened: () => doors,
  };
}
