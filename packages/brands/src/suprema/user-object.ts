import { type JsonObject } from '@biolistener/core';
import type { Problem } from './template-forms.ts';
import { idOf, rowsOf, textOf, type Fields } from './values.ts';

/** Users that this service made say so there; nobody else's are changed unless an operator allows it (§3.3). */
export const OWNER_MARK = 'biolistener';
const MARK_FIELD = 'user_title';

const LONGEST_NAME = 48;
const LONGEST_ID_BYTES = 32;

/** The defaults of the server's own client; the hard limits are not known (§3.2, §11). */
export const FIRST_DAY = '2001-01-01T00:00:00.00Z';
export const LAST_DAY = '2030-12-31T23:59:00.00Z';

/** Whether BioStar can hold a PIN: numbers unless its setting says letters (§3.2; S19). */
export function pinProblem(pin: string, options: JsonObject | undefined): Problem | undefined {
  const unfit = (detail: string): Problem => ({ reason: 'SU_PIN_UNFIT', detail });
  if (/\s/.test(pin) || pin === '') return unfit('a PIN here has no blanks');
  if (/^0+$/.test(pin)) return unfit('0 stands for nobody');
  if (options?.['alphanumericIds'] === true)
    return Buffer.byteLength(pin) > LONGEST_ID_BYTES ? unfit('a PIN here has up to 32 bytes') : undefined;
  if (!/^[1-9]\d{0,9}$/.test(pin)) return unfit('a PIN here is a number from 1 to 4294967295, without zeros before it');
  return Number(pin) > 0xffff_ffff ? unfit('the number is too large for BioStar') : undefined;
}

/** What is asked for a user; absent is left as it is. */
export interface UserWish {
  readonly pin: string;
  readonly name?: string | undefined;
  readonly start?: string | undefined;
  readonly end?: string | undefined;
}

/** Refused before anything is sent (S19). */
export function wishProblem(wish: UserWish, options: JsonObject | undefined): Problem | undefined {
  const problem = pinProblem(wish.pin, options);
  if (problem) return problem;
  if (Array.from(wish.name ?? '').length > LONGEST_NAME)
    return { reason: 'SU_NAME_LONG', detail: `the name has more than ${LONGEST_NAME} characters` };
  const [start, end] = [wish.start ?? FIRST_DAY, wish.end ?? LAST_DAY];
  return start < end ? undefined : { reason: 'SU_DATES', detail: 'the start is not before the end' };
}

export const isOurs = (user: Fields): boolean => textOf(user[MARK_FIELD]) === OWNER_MARK;

export const newUserFields = (wish: UserWish, userGroup: string): JsonObject => ({
  user_id: wish.pin,
  name: wish.name ?? '',
  user_group_id: { id: userGroup },
  start_datetime: wish.start ?? FIRST_DAY,
  expiry_datetime: wish.end ?? LAST_DAY,
  disabled: 'false',
  [MARK_FIELD]: OWNER_MARK,
});

/** Ids of a list of references, each once: arrays replace what stood there, so what was there is repeated (S16). */
export function withId(list: unknown, id: string): JsonObject[] {
  const ids = new Set(rowsOf(list).flatMap((each) => idOf(each) ?? []));
  return [...ids.add(id)].map((each) => ({ id: each }));
}

export const withoutId = (list: unknown, id: string): JsonObject[] =>
  rowsOf(list).flatMap((each) => {
    const known = idOf(each);
    return known === undefined || known === id ? [] : [{ id: known }];
  });

export const hasId = (list: unknown, id: string): boolean => rowsOf(list).some((each) => idOf(each) === id);
