import { asPin, type Json, type TerminalUser } from '@biolistener/core';
import { pinProblem } from './attlog-row.ts';
import { park, type Collector } from './collector.ts';
import type { Fields } from './fields.ts';
import { fieldText, textOf } from './field-text.ts';
import { readCard, readCount } from './numbers.ts';

/** The PIN of a key=value line, or undefined after the line was parked. */
export function pinOf(into: Collector, fields: Fields, raw: Uint8Array): string | undefined {
  const pin = textOf(fields.get('pin') ?? '');
  const problem = pinProblem(pin);
  if (problem) park(into, problem.reason, problem.detail, raw);
  return problem ? undefined : pin;
}

/** Keys that have a place of their own in `TerminalUser`; all others go to `extra`. */
const NAMED = new Set(['pin', 'name', 'pri', 'passwd', 'card', 'grp', 'disable']);

/**
 * Reads `PIN= Name= Pri= Passwd= Card= Grp= …`; only PIN must be there.
 * An empty name, password or card is left out and named in `extra.blank`: people who enrolled with card or face alone
 * come with blank fields, which must not erase what is known (protocols/zkteco-push.md §3.5, §6.1 Q30).
 */
export function readUserRow(into: Collector, fields: Fields, raw: Uint8Array): void {
  const pin = pinOf(into, fields, raw);
  if (pin === undefined) return;
  const name = fieldText(fields.get('name') ?? '');
  if (/[^\x00-\x7f]/.test(name.text)) into.profile['nameCharset'] = name.charset;
  const privilege = readCount(fields.get('pri'));
  const group = textOf(fields.get('grp') ?? '');
  const password = textOf(fields.get('passwd') ?? '');
  const card = readCard(fields.get('card') ?? '');
  const disable = fields.get('disable');
  const user: TerminalUser = {
    pin: asPin(pin),
    ...(name.text === '' ? {} : { name: name.text }),
    ...(privilege === undefined ? {} : { privilege }),
    ...(group === '' ? {} : { group }),
    ...(card.kind === 'card' ? { card: card.decimal } : {}),
    ...(password === '' ? {} : { password }),
    ...(disable === '0' || disable === '1' ? { isEnabled: disable === '0' } : {}),
    ...(name.charset === 'utf-8' ? {} : { charset: name.charset }),
    extra: extraOf(fields, card.kind === 'other'),
  };
  into.events.push({ kind: 'user', user });
}

function extraOf(fields: Fields, hasOddCard: boolean): Record<string, Json> {
  const extra: Record<string, Json> = {};
  for (const [key, value] of fields) if (!NAMED.has(key)) extra[key] = textOf(value);
  if (hasOddCard) extra['cardText'] = textOf(fields.get('card') ?? '');
  const privilege = fields.get('pri') ?? '';
  if (privilege !== '' && readCount(privilege) === undefined) extra['privilegeText'] = textOf(privilege);
  const blank = ['name', 'passwd', 'card'].filter((key) => isNothing(key, fields.get(key)));
  if (blank.length > 0) extra['blank'] = blank;
  return extra;
}

/** Said, and said to be nothing. */
const isNothing = (key: string, value: string | undefined): boolean =>
  value !== undefined && (key === 'card' ? readCard(value).kind === 'none' : value === '');
