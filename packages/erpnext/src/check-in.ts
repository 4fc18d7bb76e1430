import type { Direction, LocalTime, PunchId } from '@biolistener/core';
import type { ErpNextClient, Filter } from './client.ts';
import { EMPLOYEE, EMPLOYEE_CHECKIN, PUNCH_ID_FIELD, textIn } from './doctypes.ts';
import { RequestFailed, type Failure } from './failure.ts';
import { measureOffset } from './zone.ts';

/** One Employee Checkin to be made. `time` is the site's wall time, whole seconds, no suffix (contract §2.8). */
export interface CheckInDraft {
  readonly employee: string;
  readonly time: LocalTime;
  readonly logType: Direction | '';
  readonly deviceId: string;
  readonly skipAutoAttendance: boolean;
  readonly punchId: PunchId;
}

export interface SendOptions {
  /** The site has the unique custom field. */
  readonly hasPunchIdField: boolean;
  /** An earlier attempt may have arrived: ask before sending (contract §3.5). */
  readonly mustLookFirst: boolean;
  /** Minutes east of UTC that the site's zone has now; the `creation` of the row is compared with it. */
  readonly siteOffsetMinutes: number;
  /** Never recorded as delivered: a row of ours with another time is a wrong one that could not be removed. */
  readonly mayCorrectTime: boolean;
}

interface Told {
  readonly status: number | undefined;
  readonly ms: number;
}

export type CheckInOutcome =
  | (Told & { readonly kind: 'created'; readonly name: string; readonly lostPunchIdField: boolean })
  | (Told & { readonly kind: 'duplicate' | 'found'; readonly name: string | undefined })
  | (Told & { readonly kind: 'wrong-time'; readonly stored: string })
  | (Told & { readonly kind: 'no-such-employee'; readonly text: string })
  | (Told & { readonly kind: 'failed'; readonly failure: Failure });

/**
 * Makes one check-in, or finds that it is there.
 * Errors: never throws for what the site says; `failed` carries it. Anything else thrown is ours.
 */
export async function sendCheckIn(
  client: ErpNextClient,
  draft: CheckInDraft,
  options: SendOptions,
): Promise<CheckInOutcome> {
  const startedAt = performance.now();
  const ms = (): number => performance.now() - startedAt;
  try {
    if (options.mustLookFirst) {
      const name = await findCheckIn(client, draft, options);
      if (name !== undefined) return { kind: 'found', name, status: 200, ms: ms() };
    }
    return await postCheckIn(client, draft, options);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    return afterRefusal(client, draft, options, error.failure, ms);
  }
}

async function postCheckIn(client: ErpNextClient, draft: CheckInDraft, options: SendOptions): Promise<CheckInOutcome> {
  const { data, answer } = await client.create(EMPLOYEE_CHECKIN, bodyOf(draft, options.hasPunchIdField));
  const told = { status: answer.status, ms: answer.ms };
  const name = textIn(data, 'name');
  if (name === undefined)
    return { ...told, kind: 'failed', failure: oddAnswer('an answer without the name of the check-in') };
  const stored = textIn(data, 'time') ?? '';
  if (!isSameTime(stored, draft.time)) {
    const rest = await removeOwn(client, name); // made a moment ago, with a time that never was
    return { ...told, kind: 'wrong-time', stored: `${stored}; ${rest}` };
  }
  const measured = measureOffset(textIn(data, 'creation') ?? '', answer.serverTime);
  if (measured !== undefined && measured !== options.siteOffsetMinutes) {
    const rest = await removeOwn(client, name); // the site's zone is not what we took it for: the time is off by hours
    return { ...told, kind: 'wrong-time', stored: `${stored} in another time zone than expected; ${rest}` };
  }
  if (!textIn(data, 'employee_name') && (await isEmployeeGone(client, draft.employee))) {
    await removeOwn(client, name); // v14 and v15 store check-ins of nobody (contract §2.5)
    return { ...told, kind: 'no-such-employee', text: `The site has no Employee ${draft.employee}` };
  }
  const lostPunchIdField = options.hasPunchIdField && textIn(data, PUNCH_ID_FIELD) !== draft.punchId;
  return { ...told, kind: 'created', name, lostPunchIdField };
}

/** A user may be allowed to create and not to delete; that must not hide why the row had to go. */
async function removeOwn(client: ErpNextClient, name: string): Promise<string> {
  try {
    await client.remove(EMPLOYEE_CHECKIN, name);
    return 'it was removed';
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    return `${name} could not be removed: ${error.failure.text}`;
  }
}

export function bodyOf(draft: CheckInDraft, hasPunchIdField: boolean): Record<string, string | number> {
  return {
    employee: draft.employee,
    time: draft.time,
    device_id: draft.deviceId,
    skip_auto_attendance: draft.skipAutoAttendance ? 1 : 0,
    ...(draft.logType === '' ? {} : { log_type: draft.logType }),
    ...(hasPunchIdField ? { [PUNCH_ID_FIELD]: draft.punchId } : {}),
  };
}

/** Both refusals of a second one count as delivered (contract §3.5, §3.6). */
async function afterRefusal(
  client: ErpNextClient,
  draft: CheckInDraft,
  options: SendOptions,
  failure: Failure,
  ms: () => number,
): Promise<CheckInOutcome> {
  const told = { status: failure.status, ms: ms() };
  if (failure.kind === 'employee-missing') return { ...told, kind: 'no-such-employee', text: failure.text };
  // no route for check-ins: the site is at fault, not the punch
  if (failure.kind === 'missing') return { ...told, kind: 'failed', failure: { ...failure, kind: 'not-there' } };
  if (failure.kind !== 'duplicate') return { ...told, kind: 'failed', failure };
  const named = nameInDuplicateText(failure.html);
  if (named !== undefined) return { ...told, kind: 'duplicate', name: named };
  const found = await findQuietly(client, draft, options);
  // some other unique field of the site's own, then: that is a refusal, not a delivery
  if (found === undefined && /must be unique/i.test(failure.text))
    return { ...told, kind: 'failed', failure: { ...failure, kind: 'refused' } };
  return { ...told, kind: 'duplicate', name: typeof found === 'string' ? found : undefined };
}

/** The link's address holds the id; its text is the employee's name (contract §3.2). */
export function nameInDuplicateText(html: string): string | undefined {
  const name = /\/Employee(?: |%20)Checkin\/([^"'<>]+)["']/.exec(html)?.[1];
  if (name === undefined) return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // a name with a bare percent sign
  }
}

/** The name of the check-in of this punch, undefined when there is none, null when the site did not say. */
async function findQuietly(
  client: ErpNextClient,
  draft: CheckInDraft,
  options: SendOptions,
): Promise<string | undefined | null> {
  try {
    return await findCheckIn(client, draft, options);
  } catch (error) {
    if (error instanceof RequestFailed) return null; // the refusal itself was clear; only the name stays unknown
    throw error;
  }
}

/**
 * Looks the check-in up: by punch id where the field exists, else by employee, time and log type, which is what the
 * built-in duplicate check compares (contract §3.5).
 */
export async function findCheckIn(
  client: ErpNextClient,
  draft: CheckInDraft,
  options: Pick<SendOptions, 'hasPunchIdField' | 'mayCorrectTime'>,
): Promise<string | undefined> {
  if (options.hasPunchIdField) {
    const [row] = await listCheckIns(client, [[PUNCH_ID_FIELD, '=', draft.punchId]]);
    const name = row && textIn(row, 'name');
    if (row && name !== undefined) {
      const isWrong = !isSameTime(textIn(row, 'time') ?? '', draft.time);
      if (isWrong && options.mayCorrectTime) await client.update(EMPLOYEE_CHECKIN, name, { time: draft.time });
      return name;
    }
  }
  const rows = await listCheckIns(client, [
    ['employee', '=', draft.employee],
    ['time', '=', draft.time],
  ]);
  const same = rows.find((row) => (textIn(row, 'log_type') ?? '') === draft.logType);
  return same && textIn(same, 'name');
}

const listCheckIns = (client: ErpNextClient, filters: readonly Filter[]): Promise<Record<string, unknown>[]> =>
  client.list(EMPLOYEE_CHECKIN, {
    fields: ['name', 'time', 'log_type', 'device_id'],
    filters,
    orderBy: 'creation asc, name asc',
    length: 20,
  });

/** `T` and zero fractions are the same time; anything else is not. */
export const isSameTime = (stored: string, sent: LocalTime): boolean =>
  stored.replace('T', ' ').replace(/\.0+$/, '') === sent;

async function isEmployeeGone(client: ErpNextClient, employee: string): Promise<boolean> {
  try {
    await client.get(EMPLOYEE, employee);
    return false;
  } catch (error) {
    // a user who may not read the employee cannot tell; the check-in stays
    if (error instanceof RequestFailed) return error.failure.kind === 'missing';
    throw error;
  }
}

const oddAnswer = (text: string): Failure => ({
  kind: 'not-there',
  status: 200,
  excType: undefined,
  text,
  html: '',
  retryAfterMs: undefined,
  mayHaveArrived: true,
});
