import { z } from 'zod';
import { configError } from './errors.ts';

/** One setting that people change while the service runs; kept in the store. */
export interface RunTimeSpec<S extends z.ZodType> {
  readonly schema: S;
  readonly doc: string;
}

const spec = <S extends z.ZodType>(schema: S, doc: string): RunTimeSpec<S> => ({ schema, doc });
const whole = (min: number, max: number) => {
  const words = `a whole number from ${min} to ${max}`;
  return z.coerce.number(words).int(words).min(min, words).max(max, words);
};
const yesNo = z
  .union([z.boolean(), z.enum(['yes', 'no', 'true', 'false'], 'yes or no')], 'yes or no')
  .transform((value) => value === true || value === 'yes' || value === 'true');

/** Shift Type → serial numbers; on the command line as JSON. */
const feeds = z.preprocess(
  (value) => (typeof value === 'string' ? parseJson(value) : value),
  z.record(z.string(), z.array(z.string()), 'JSON such as {"Day Shift": ["SN1", "SN2"]}'),
);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema says what it should have been
  }
}

/** Every setting of this kind; `biolistener config set` and docs/settings.md know them from here. */
export const RUN_TIME_SETTINGS = {
  'log_type.policy': spec(
    z.enum(['none', 'state', 'role', 'alternate'], 'none, state, role or alternate').default('none'),
    'Where IN and OUT come from: none; the state that the terminal claims; the role of the terminal; alternating per employee at terminals for both ways.',
  ),
  'log_type.reset_after_hours': spec(
    whole(1, 168).default(12),
    'alternate: after so many hours without a punch the next one is IN.',
  ),
  'log_type.repeat_seconds': spec(
    whole(0, 3600).default(30),
    'alternate: a second press within so many seconds repeats the direction.',
  ),
  'employee.id_field': spec(
    z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,139}$/, 'a field name of Employee')
      .default('attendance_device_id'),
    'Field of Employee that holds the PIN.',
  ),
  'employee.unknown': spec(
    z.enum(['park', 'park-and-add'], 'park or park-and-add').default('park'),
    'What becomes of a punch whose PIN nobody has: park, it waits; park-and-add, it waits and a Biometric Device User is added to ERPNext, where the employee can be chosen.',
  ),
  'checkin.device_id': spec(
    z.string().max(140, 'at most 140 characters').default('{name}'),
    'Text of device_id: {name}, {serial}, {place}, {role} and plain text.',
  ),
  'checkin.skip_auto_attendance': spec(yesNo.default(false), 'Whether HRMS makes no attendance of these check-ins.'),
  'mirror.every_seconds': spec(whole(5, 3600).default(30), 'How often changed employees are fetched.'),
  'mirror.reconcile_hours': spec(whole(1, 168).default(24), 'How often all employees are compared.'),
  'refused.retry_minutes': spec(
    whole(1, 1440).default(60),
    'First wait before refused check-ins are tried again; it doubles up to a day.',
  ),
  'watermark.on': spec(yesNo.default(false), 'Whether last_sync_of_checkin of Shift Types is moved.'),
  'watermark.feeds': spec(
    feeds.default({}),
    'Which terminals feed which Shift Type, as JSON; a Shift Type that is not named is fed by all.',
  ),
  'watermark.margin_minutes': spec(
    whole(0, 1440).default(10),
    'How long after the contact of a terminal its punches may still be on the way.',
  ),
  'watermark.parked_hours': spec(
    whole(0, 8760).default(72),
    'How long a parked punch, such as one of an unknown PIN, holds a Shift Type back; 0: not at all.',
  ),
  'clock.set_beyond_seconds': spec(
    whole(0, 86_400).default(60),
    'How far the clock of a terminal may be off before it is set by command, also after a change of summer time; 0: never.',
  ),
  'enrolment.policy': spec(
    z.enum(['known-only', 'everywhere'], 'known-only or everywhere').default('known-only'),
    'Where somebody goes whom a terminal enrolled and nobody assigned: known-only, nowhere; everywhere, to every approved terminal.',
  ),
  'roster.attempts': spec(whole(1, 100).default(5), 'How often a record that a terminal refuses is tried.'),
  'roster.retry_minutes': spec(
    whole(1, 1440).default(10),
    'First wait before a refused record is tried again; it doubles up to a day.',
  ),
  'roster.deadline_days': spec(whole(1, 3650).default(90), 'How long a record waits for a terminal that is away.'),
  'roster.reread_hours': spec(
    whole(0, 8760).default(168),
    'How often each terminal is asked again for what it has; 0: never.',
  ),
  'command.attempts': spec(
    whole(1, 100).default(5),
    'How often a command is given to a terminal that does not answer.',
  ),
  'command.patience_percent': spec(
    whole(5, 1000).default(100),
    'How long a terminal may take to answer a command before it is given again, in percent of what its brand needs: more on slow lines.',
  ),
  'command.deadline_hours': spec(whole(1, 8760).default(72), 'How long a command that a person asked for waits.'),
  'command.force_close_days': spec(
    whole(1, 3650).default(7),
    'After how many days a command that a person asked for is closed, whatever its state.',
  ),
  'desk.confirm_deleted': spec(
    whole(0, 1_000_000).default(0),
    'Of documents that the site suddenly lists no more: that so many, exactly, are deleted indeed. Good for once; the log, `doctor` and *Listener Status* say when it is needed.',
  ),
  'command.raw': spec(yesNo.default(false), 'Whether raw commands may be sent; shells and file transfers never are.'),
} as const;

export type RunTimeKey = keyof typeof RUN_TIME_SETTINGS;
export type RunTimeSettings = { readonly [K in RunTimeKey]: z.output<(typeof RUN_TIME_SETTINGS)[K]['schema']> };

const isKey = (key: string): key is RunTimeKey => Object.hasOwn(RUN_TIME_SETTINGS, key);

/** Errors: CONFIG_INVALID with the name and what is allowed. */
export function parseRunTimeSetting(key: string, value: unknown): unknown {
  if (!isKey(key))
    throw configError(
      'CONFIG_INVALID',
      `there is no setting ${key}; there are ${Object.keys(RUN_TIME_SETTINGS).join(', ')}`,
    );
  const parsed = RUN_TIME_SETTINGS[key].schema.safeParse(value);
  if (!parsed.success)
    throw configError('CONFIG_INVALID', `${key} must be ${parsed.error.issues[0]?.message ?? 'something else'}`);
  return parsed.data;
}

/** What is stored over the defaults. A stored value that no longer fits falls back to its default rather than stop delivery. */
export function runTimeSettings(rows: readonly { readonly key: string; readonly value: unknown }[]): RunTimeSettings {
  const stored = new Map(rows.map((row) => [row.key, row.value]));
  const entries = Object.entries(RUN_TIME_SETTINGS).map(([key, { schema }]) => {
    const parsed = schema.safeParse(stored.get(key));
    return [key, parsed.success ? parsed.data : schema.parse(undefined)];
  });
  return Object.fromEntries(entries) as RunTimeSettings; // one entry for each key of the table
}
