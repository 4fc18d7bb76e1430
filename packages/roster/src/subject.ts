import { asPin, asSerialNumber, type Pin, type SerialNumber } from '@biolistener/core';
import { rosterError } from './errors.ts';

/** What a mark asks to be looked at. */
export type Subject =
  | { readonly kind: 'person'; readonly personId: string }
  | { readonly kind: 'pin'; readonly pin: Pin }
  | { readonly kind: 'terminal'; readonly serialNumber: SerialNumber }
  | { readonly kind: 'cell'; readonly serialNumber: SerialNumber; readonly personId: string };

export const personSubject = (personId: string): string => `person:${personId}`;
export const terminalSubject = (serialNumber: SerialNumber): string => `terminal:${serialNumber}`;
export const cellSubject = (serialNumber: SerialNumber, personId: string): string => `cell:${serialNumber}|${personId}`;

/** Errors: ROSTER_BAD_SUBJECT. */
export function readSubject(text: string): Subject {
  const colon = text.indexOf(':');
  const [kind, rest] = [text.slice(0, colon), text.slice(colon + 1)];
  const bar = rest.lastIndexOf('|'); // a person id has none, a serial number may
  if (kind === 'person' && /^\d+$/.test(rest)) return { kind, personId: rest };
  if (kind === 'pin' && rest !== '') return { kind, pin: asPin(rest) };
  if (kind === 'terminal' && rest !== '') return { kind, serialNumber: asSerialNumber(rest) };
  if (kind === 'cell' && bar > 0 && /^\d+$/.test(rest.slice(bar + 1)))
    return { kind, serialNumber: asSerialNumber(rest.slice(0, bar)), personId: rest.slice(bar + 1) };
  throw rosterError('ROSTER_BAD_SUBJECT', `not a subject of the roster: ${text.slice(0, 80)}`);
}
