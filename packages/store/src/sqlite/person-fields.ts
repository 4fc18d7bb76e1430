import type { Person, PersonChange, Sealed } from '../contract/index.ts';
import type { Row } from './database.ts';
import { personOf } from './persons-read.ts';
import { bytes, text } from './rows.ts';

type Field = Exclude<keyof PersonChange, 'origin' | 'pin'>;

/** What can be changed of a person, as it stands. */
export type Fields = Pick<Person, Exclude<Field, 'password'> | 'pin'> & { readonly password: Sealed | undefined };

const FIELDS = [
  'employee',
  'name',
  'card',
  'isAdministrator',
  'password',
  'isEverywhere',
  'validFrom',
  'validTo',
  'deskName',
] as const satisfies readonly Field[];

/** Who says less than the one whose word stands may only add what nobody said yet; no is said as well. */
const mayChange = (before: unknown, isWeaker: boolean): boolean => !isWeaker || before === undefined;

/**
 * A person after a change, and the names of what changed. Seals differ each time, so a password that is given is a new one.
 */
export function compared(
  row: Row,
  change: PersonChange,
  isWeaker: boolean,
): { readonly fields: Fields; readonly changed: readonly Field[] } {
  const password = row['password'] === null ? undefined : { keyId: text(row, 'key_id'), bytes: bytes(row, 'password') };
  const before: Fields = { ...personOf(row), password };
  const changed = FIELDS.filter(
    (field) =>
      change[field] !== undefined &&
      (change[field] ?? undefined) !== before[field] &&
      mayChange(before[field], isWeaker),
  );
  const said = Object.fromEntries(changed.map((field) => [field, change[field] ?? undefined]));
  return { fields: { ...before, ...said }, changed };
}
