import { z } from 'zod';

/** The words that routes share. Strict for what comes in: a misspelt field must not be overlooked. */
export const nothing = z.strictObject({});
export const serialNumber = z.string().min(1).max(64).describe('Serial number of a terminal');
export const pin = z
  .string()
  .regex(/^[\w.-]{1,24}$/)
  .describe('PIN on the terminals: text, leading zeros count');
export const commandId = z
  .string()
  .regex(/^\d{1,16}$/)
  .describe('Number of a command');
export const punchId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .describe('Id of a punch');
export const label = z
  .string()
  .min(1)
  .max(140)
  .regex(/^[^\p{Cc}]*$/u)
  .describe('One line of text');
export const day = z.iso.date();
export const instant = z.iso.datetime().describe('UTC');
export const maybeInstant = instant.nullable();
export const text = z.string().nullable();
export const values = z.record(z.string(), z.unknown()).describe('Values as the brand names them; secrets are masked');

const limit = z.coerce.number<string>().int().min(1).max(200).default(50).describe('At most so many');
const cursor = z.string().max(200).optional().describe('`next` of the page before');
export const paging = { limit, cursor };

/** One page of a list. */
export const page = <T extends z.ZodType>(items: T) =>
  z.object({ items: z.array(items), next: text.describe('Cursor of the next page; null: this was the last') });

export const terminal = z.object({
  serialNumber,
  name: text,
  brand: z.string(),
  status: z.enum(['pending', 'approved', 'blocked']),
  place: text,
  zone: text,
  role: z.enum(['in', 'out', 'both']).nullable(),
  deviceId: text,
  isSyncOff: z.boolean(),
  firstSeenAt: maybeInstant,
  lastContactAt: maybeInstant,
  clockDriftSeconds: z.number().nullable(),
  punches: z.number(),
  lastPunchAt: maybeInstant,
  quarantined: z.number().describe('Requests that are kept until it is approved'),
  unread: z.number().describe('Pieces that could not be read'),
});

export const terminalDetails = terminal.extend({
  stateMap: z.record(z.string(), z.enum(['IN', 'OUT', 'none'])).nullable(),
  options: values,
  profile: values,
  commands: z.array(z.string()).describe('Kinds of commands that it can be asked'),
});

export const rosterState = z.enum(['wanted', 'queued', 'accepted', 'confirmed', 'failed', 'impossible', 'removing']);

const record = z.object({
  key: z.string().describe('`user`, `photo`, `template:<kind>:<no>:<index>:<version>`'),
  state: rosterState,
  attempts: z.number(),
  reason: text,
  detail: text,
  readBackAt: maybeInstant,
});

export const cell = z.object({
  serialNumber,
  pin: z.string(),
  personId: z.string(),
  isWanted: z.boolean(),
  records: z.array(record),
  seenAt: maybeInstant.describe('When the terminal itself last told of this person'),
});

export const user = z.object({
  id: z.string(),
  pin: z.string(),
  name: text,
  employee: text,
  hasCard: z.boolean(),
  hasPassword: z.boolean(),
  isAdministrator: z.boolean(),
  isEverywhere: z.boolean(),
  validFrom: text,
  validTo: text,
  state: z.enum(['active', 'left']),
  origin: z.enum(['desk', 'cli', 'api', 'terminal']),
  changedAt: instant,
});

export const template = z.object({
  id: z.string(),
  what: z.string().describe('fingerprint, face, … or picture'),
  no: z.number().nullable(),
  index: z.number().nullable(),
  algorithm: text,
  version: text,
  size: z.number(),
  serialNumber,
  enrolledAt: instant,
  seenAt: instant,
});

export const userDetails = user.extend({
  assignments: z.array(serialNumber),
  cells: z.array(cell),
});

export const command = z.object({
  id: z.string(),
  serialNumber,
  kind: z.string(),
  parameters: values,
  pin: text,
  state: z.enum(['queued', 'leased', 'sent', 'answered', 'verified', 'failed', 'expired', 'cancelled']),
  origin: z.enum(['roster', 'desk', 'cli', 'api', 'service']),
  askedBy: z.string(),
  attempts: z.number(),
  maxAttempts: z.number(),
  reason: text,
  detail: text,
  resultCode: text,
  resultInfo: values,
  proof: text,
  createdAt: instant,
  deadline: instant,
  sentAt: maybeInstant,
  answeredAt: maybeInstant,
  closedAt: maybeInstant,
});

export const punch = z.object({
  id: z.string(),
  pin: z.string(),
  serialNumber,
  wallTime: z.string().describe('What the clock of the terminal showed'),
  zone: z.string(),
  at: instant,
  state: z.number().nullable(),
  verifyMode: text,
  flags: z.array(z.string()),
  receivedAt: instant,
  resends: z.number(),
});

const attempt = z.object({
  at: instant,
  ms: z.number(),
  outcome: z.string(),
  status: z.number().nullable(),
  detail: z.string(),
});

export const punchTrace = punch.extend({
  storedAt: instant,
  correlationId: z.string(),
  deliveries: z.array(
    z.object({
      target: z.string(),
      state: z.enum(['waiting', 'queued', 'done', 'parked', 'skipped']),
      reason: text,
      detail: text,
      employee: text,
      logType: text,
      checkin: text,
      doneAt: maybeInstant,
      trail: z.array(attempt),
    }),
  ),
});

export const scope = {
  device: serialNumber.optional(),
  place: label.optional(),
  pin: pin.optional(),
  employee: label.optional(),
};

export const problem = z.object({
  error: z.string().describe('Stable code; docs/errors.md lists them'),
  message: z.string(),
  advice: z.string().optional().describe('What to do'),
  correlationId: z.string().optional().describe('Stands in the log of the service too'),
});
