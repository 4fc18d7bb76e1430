import type { Pin, PinPeriod } from '@biolistener/core';
import type { PinOwner } from '@biolistener/store';
import { shellWord } from './device.ts';

/** What is in the way, and what tells it from other causes. */
export interface Obstacle {
  readonly key: string;
  readonly text: string;
}

/** A punch, as far as it is told: `when` is `now`, or `at 2026-03-09 08:35:30`. */
interface Asked {
  readonly pin: Pin;
  readonly when: string;
  readonly url: string;
  readonly idField: string;
  /** Who has the PIN in any spelling. */
  readonly alike: readonly PinPeriod[];
}

/** Why a punch leads to no employee, and what a person can do; undefined where it leads to one. */
export function refusalOf({ verdict, periods }: PinOwner, asked: Asked): Obstacle | undefined {
  const { pin, when } = asked;
  const history = `\`biolistener pin history ${shellWord(periods[0]?.idValue ?? pin)}\` shows who had it when.`;
  switch (verdict.kind) {
    case 'one':
      return undefined;
    case 'conflict': {
      const names = verdict.employees.map((name) => spelled(name, periods, pin)).join(', ');
      const text = `A punch made ${when} belongs to several employees (${names}): leave the PIN with one only. ${history}`;
      return { key: `conflict ${names}`, text };
    }
    case 'unsure': {
      const names = verdict.employees.join(', ');
      const text = `Whose a punch made ${when} is cannot be told, because the PIN changed hands about then (${names}). Only dates settle it. ${history}`;
      return { key: `unsure ${names}`, text };
    }
    case 'left': {
      const text = `${verdict.employee} left on ${verdict.leftOn}, so a punch made ${when} is parked. Correct the relieving date if it is wrong.`;
      return { key: `left ${verdict.employee}`, text };
    }
    case 'nobody': {
      if (periods.length === 0) return { key: 'unknown', text: unknown(asked) };
      const text = `A punch made ${when} belongs to nobody: the PIN had an owner at other times only. ${history}`;
      return { key: 'nobody', text };
    }
  }
}

/** Beside the same number with other zeros a second one would make the PIN ambiguous where a terminal takes zeros off. */
function unknown({ pin, url, idField, alike: [other] }: Asked): string {
  const missing = `No employee of ${url} has ${JSON.stringify(pin)} in the field ${idField}`;
  if (other === undefined) return `${missing}. Put it there; what is parked then goes by itself.`;
  return `${missing}, and ${other.employee} with ${JSON.stringify(other.idValue)} is somebody else to this terminal. If it is one person, use one spelling at the terminals and in ERPNext.`;
}

/** Two spellings that one terminal takes for one person are told apart. */
function spelled(employee: string, periods: readonly PinPeriod[], pin: Pin): string {
  const idValue = periods.find((period) => period.employee === employee)?.idValue ?? pin;
  return idValue === pin ? employee : `${employee} with ${JSON.stringify(idValue)}`;
}
