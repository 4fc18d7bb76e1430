import type { LocalTime } from '@biolistener/core';
import type { ErpNextClient } from './client.ts';
import { SHIFT_TYPE, textIn } from './doctypes.ts';
import { RequestFailed } from './failure.ts';
import type { ShiftType } from './watermark.ts';

const AUTO = 'auto_update_last_sync';
const FIELDS = ['name', 'end_time', 'allow_check_out_after_shift_end_time', 'last_sync_of_checkin'];

/** Shift Types that make attendance by themselves: only theirs is a stamp that anybody reads (contract §3.8). */
export async function listShiftTypes(client: ErpNextClient): Promise<ShiftType[]> {
  const rows = await listWithAuto(client);
  return rows.map((row) => {
    const lastSync = textIn(row, 'last_sync_of_checkin')?.slice(0, 19);
    return {
      name: textIn(row, 'name') ?? '',
      endTime: textIn(row, 'end_time') ?? '',
      allowCheckOutAfterMinutes: Number(row['allow_check_out_after_shift_end_time'] ?? 60),
      lastSync: lastSync === undefined || lastSync === '' ? undefined : (lastSync as LocalTime), // a Datetime as read
      autoUpdates: Number(row[AUTO] ?? 0) === 1,
    };
  });
}

/** Sites before hrms #2513 have no such field and answer 417. */
async function listWithAuto(client: ErpNextClient): Promise<Record<string, unknown>[]> {
  const query = { filters: [['enable_auto_attendance', '=', 1]] as const, orderBy: 'name asc', length: 500 };
  try {
    return await client.list(SHIFT_TYPE, { ...query, fields: [...FIELDS, AUTO] });
  } catch (error) {
    if (!(error instanceof RequestFailed && error.failure.status === 417)) throw error;
    return client.list(SHIFT_TYPE, { ...query, fields: FIELDS });
  }
}

const STRICT = 'Strictly based on Log Type in Employee Checkin';

/** Names of those that make attendance by log type alone: a check-in without one counts for nothing there (contract §3.9). */
export async function strictShiftTypes(client: ErpNextClient): Promise<string[]> {
  const filters = [
    ['enable_auto_attendance', '=', 1],
    ['determine_check_in_and_check_out', '=', STRICT],
  ] as const;
  const rows = await client.list(SHIFT_TYPE, { fields: ['name'], filters, orderBy: 'name asc', length: 100 });
  return rows.map((row) => textIn(row, 'name') ?? '');
}

export const putLastSync = (client: ErpNextClient, shiftType: string, stamp: LocalTime): Promise<void> =>
  client.update(SHIFT_TYPE, shiftType, { last_sync_of_checkin: stamp });
