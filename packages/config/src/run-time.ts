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
    'Where IN and OUT come from: none; the state that the terminal claims; the role of the terminal; alternating per employee.',
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
