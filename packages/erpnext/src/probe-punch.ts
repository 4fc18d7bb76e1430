import { hash } from 'node:crypto';
import type { ErpNextClient } from './client.ts';
import { EMPLOYEE_CHECKIN, PUNCH_ID_FIELD, textIn } from './doctypes.ts';
import { RequestFailed, type Failure } from './failure.ts';
import { measureOffset } from './zone.ts';

export interface ProbeFindings {
  /** The answer repeated our time; false is the permlevel trap (contract §0.3 no. 1). */
  readonly timeIsKept: boolean;
  readonly keepsMicroseconds: boolean | undefined;
  readonly measuredOffsetMinutes: number | undefined;
  /** A second row with the same punch id was refused; undefined without the field. */
  readonly refusesSecond: boolean | undefined;
  /** Rows that could not be removed again. */
  readonly leftBehind: readonly string[];
}

/** A second of the year 2000 that differs from test to test, so that no leftover is in the way. */
const probeTime = (seed: string): string =>
  new Date(Date.UTC(2000, 0, 1) + (parseInt(seed.slice(0, 6), 16) % (364 * 86_400)) * 1000)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ');

const nextSecond = (time: string): string =>
  new Date(Date.parse(`${time.replace(' ', 'T')}Z`) + 1000).toISOString().slice(0, 19).replace('T', ' ');

/**
 * Writes a check-in dated in the year 2000 with skip_auto_attendance, looks at what became of it, and removes it
 * (contract §3.4). Throws RequestFailed when even the first row is refused.
 */
export async function probePunch(client: ErpNextClient, employee: string, hasField: boolean): Promise<ProbeFindings> {
  const id = hash('sha256', `${employee} ${Date.now()} ${Math.random()}`, 'hex').slice(0, 32);
  const time = probeTime(id);
  const base = { employee, device_id: 'Biolistener self-test', skip_auto_attendance: 1 };
  const idField = hasField ? { [PUNCH_ID_FIELD]: id } : {};
  const made: string[] = [];
  const { data, answer } = await client.create(EMPLOYEE_CHECKIN, { ...base, ...idField, time: `${time}.123456` });
  const name = textIn(data, 'name');
  if (name !== undefined) made.push(name);
  try {
    const stored = name === undefined ? '' : (textIn(await client.get(EMPLOYEE_CHECKIN, name), 'time') ?? '');
    const timeIsKept = (textIn(data, 'time') ?? '').replace('T', ' ').startsWith(time) && stored.startsWith(time);
    const refusesSecond =
      hasField && timeIsKept
        ? await isSecondRefused(client, { ...base, ...idField, time: nextSecond(time) }, made)
        : undefined;
    return {
      timeIsKept,
      keepsMicroseconds: timeIsKept ? stored.includes('.123456') : undefined,
      measuredOffsetMinutes: measureOffset(textIn(data, 'creation') ?? '', answer.serverTime),
      refusesSecond,
      leftBehind: await removeAll(client, made),
    };
  } catch (error) {
    await removeAll(client, made);
    throw error;
  }
}

async function isSecondRefused(client: ErpNextClient, body: object, made: string[]): Promise<boolean> {
  try {
    const name = textIn((await client.create(EMPLOYEE_CHECKIN, body)).data, 'name');
    if (name !== undefined) made.push(name);
    return false;
  } catch (error) {
    if (error instanceof RequestFailed && error.failure.kind === 'duplicate') return true;
    throw error;
  }
}

async function removeAll(client: ErpNextClient, names: readonly string[]): Promise<string[]> {
  const left: string[] = [];
  for (const name of names) {
    try {
      await client.remove(EMPLOYEE_CHECKIN, name);
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (!isGone(error.failure)) left.push(name); // the user may create but not delete: told in the report
    }
  }
  return left;
}

const isGone = (failure: Failure): boolean => failure.kind === 'missing';
