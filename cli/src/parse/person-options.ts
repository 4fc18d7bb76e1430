import { readFileSync } from 'node:fs';
import { asPin, localTimeOf, messageOf, type LocalDate, type Pin } from '@biolistener/core';
import type { PersonWords } from '@biolistener/api/work';
import { sealPassword, type Vault } from '@biolistener/security';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { parseLabel } from './device-options.ts';

export interface PersonOptions {
  readonly name?: string;
  readonly employee?: string;
  readonly card?: string;
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly administrator?: boolean;
  readonly everywhere?: boolean;
  readonly passwordFile?: string;
}

/** A PIN that brands can carry. Errors: usage (2). */
export function parsePin(text: string): Pin {
  if (/^[\w.-]{1,24}$/.test(text)) return asPin(text);
  throw new CommandFailure(
    `${JSON.stringify(text.slice(0, 40))} is no PIN`,
    EXIT.usage,
    'A PIN is 1 to 24 letters and digits, as on the terminal; leading zeros count.',
  );
}

/** Empty text forgets. Errors: usage (2) for what is no day. */
export function parseDay(option: string, text: string): LocalDate | null {
  if (text === '') return null;
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (localTimeOf(Number(year), Number(month), Number(day)) !== undefined) return text as LocalDate;
  throw new CommandFailure(`${option} must be a day such as 2026-03-09, not ${JSON.stringify(text)}`, EXIT.usage);
}

function parseCard(text: string): string | null {
  if (text === '') return null;
  if (/^\d{1,20}$/.test(text)) return text;
  throw new CommandFailure('--card must be a card number of digits', EXIT.usage);
}

/** What the options say of a person; what they do not name stays as it is. */
export function personWords(options: PersonOptions, vault: () => Vault): PersonWords {
  const { name, employee, card, validFrom, validTo, administrator, everywhere, passwordFile } = options;
  const words: PersonWords = {
    ...(name === undefined ? {} : { name: parseLabel('--name', name) }),
    ...(employee === undefined ? {} : { employee: parseLabel('--employee', employee) }),
    ...(card === undefined ? {} : { card: parseCard(card) }),
    ...(validFrom === undefined ? {} : { validFrom: parseDay('--valid-from', validFrom) }),
    ...(validTo === undefined ? {} : { validTo: parseDay('--valid-to', validTo) }),
    ...(administrator === undefined ? {} : { isAdministrator: administrator }),
    ...(everywhere === undefined ? {} : { isEverywhere: everywhere }),
    ...(passwordFile === undefined ? {} : { password: passwordOf(passwordFile, vault) }),
  };
  assertOrder(words);
  return words;
}

function assertOrder({ validFrom, validTo }: PersonWords): void {
  if (typeof validFrom !== 'string' || typeof validTo !== 'string' || validFrom <= validTo) return;
  throw new CommandFailure('--valid-to must not be before --valid-from', EXIT.usage);
}

/** Never from the command line itself: what stands there is in the shell's history and in the list of processes. */
function passwordOf(file: string, vault: () => Vault): ReturnType<typeof sealPassword> | null {
  const password = readText(file).trim();
  if (password === '') return null;
  if (/^[\x21-\x7e]{1,24}$/.test(password)) return sealPassword(vault(), password);
  throw new CommandFailure('a password has 1 to 24 plain letters, digits or signs', EXIT.usage);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`the password cannot be read: ${messageOf(error)}`, EXIT.usage);
  }
}
