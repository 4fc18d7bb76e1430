import { asSerialNumber } from '@biolistener/core';
import {
  assignmentsOf,
  DEVICE_USER,
  DEVICE_USER_DETAIL,
  nameOf,
  rowStatus,
  textIn,
  type DeskRowStatus,
  type DeskSite,
  type Row,
  type UserDecision,
} from '@biolistener/erpnext';
import type { RosterCell } from '@biolistener/store';

/** Enough to compare; a row that is written is read whole before, with what others may have added to it. */
const CHILD_FIELDS = ['name', 'parent', 'idx', 'device', 'state', 'reason', 'read_back_at'];

const CHILDREN = { doctype: DEVICE_USER_DETAIL, fields: CHILD_FIELDS, parent: DEVICE_USER };

/** Rows of a list with their tables; undefined where nobody at all has any, which is more likely a list that was not shown. */
export async function withChildren(site: DeskSite, rows: readonly Row[]): Promise<readonly Row[] | undefined> {
  const children = new Map<string, Row[]>();
  for await (const page of site.among(CHILDREN, 'parent', rows.map(nameOf)))
    for (const child of page) {
      const parent = textIn(child, 'parent') ?? '';
      const others = children.get(parent);
      if (others === undefined) children.set(parent, [child]);
      else others.push(child);
    }
  if (children.size === 0 && (await site.page(CHILDREN, 'name asc', [])).length === 0) return undefined;
  const inOrder = (name: string): Row[] =>
    (children.get(name) ?? []).toSorted((a, b) => Number(a['idx'] ?? 0) - Number(b['idx'] ?? 0));
  return rows.map((row) => ({ ...row, devices: inOrder(nameOf(row)) }));
}

/** By device: those of Desk's table, and every other where the person is or was put. */
export function statusesOf(decision: UserDecision, cells: readonly RosterCell[]): ReadonlyMap<string, DeskRowStatus> {
  const bySerial = new Map(cells.map((cell) => [cell.terminal.serialNumber, cell]));
  const assigned = new Set(assignmentsOf(decision));
  const all = new Set([...decision.devices, ...bySerial.keys()]);
  const statuses = [...all].map(
    (serialNumber) =>
      [
        serialNumber,
        rowStatus(
          bySerial.get(asSerialNumber(serialNumber)),
          assigned.has(serialNumber) || (decision.isEnabled && decision.isEverywhere),
        ),
      ] as const,
  );
  return new Map(statuses);
}
