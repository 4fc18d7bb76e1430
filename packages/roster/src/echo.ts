import { templateOfItem } from '@biolistener/core';
import type { RosterItem, StoredCommand, TemplateHead } from '@biolistener/store';
import { isOpen, isQuery } from './cell-sheet.ts';
import { isSameRecord } from './sources.ts';

/** Terminals tell of what they were given within this time, where they do so without being asked. */
const SETTLING_MS = 60_000;

const rowOf = (items: readonly RosterItem[], template: TemplateHead): RosterItem | undefined =>
  items.find(({ key }) => {
    const named = templateOfItem(key);
    return named !== undefined && isSameRecord(named, template);
  });

/** The row of a terminal that decides whether what it sent is an echo; undefined: it is none. */
export function echoRow(items: readonly RosterItem[], template: TemplateHead): RosterItem | undefined {
  const row = rowOf(items, template);
  if (!row || (row.putDigest === undefined && row.state !== 'queued')) return undefined;
  return row;
}

/**
 * Whether a terminal says back what was put there, in a form of its own: other bytes in the same place between the command
 * and the end of the read-back. What comes later is a new enrolment.
 */
export function isEchoOf(row: RosterItem, template: TemplateHead, command: StoredCommand | undefined): boolean {
  // the store dates equal bytes by their first arrival anywhere, so they are never newer than they are
  if (template.digest === row.putDigest || template.digest === row.wantedDigest) return false;
  if (row.state === 'queued') return command?.sentAt !== undefined && template.receivedAt >= command.sentAt;
  if (row.state === 'confirmed') return row.readBackAt !== undefined && template.receivedAt <= row.readBackAt;
  const isBeingRead = isQuery(command) && (isOpen(command) || command?.state === 'verified');
  return (row.state === 'accepted' && isBeingRead) || template.receivedAt <= row.changedAt + SETTLING_MS;
}

export type ItemsAt = (serialNumber: string) => readonly RosterItem[];
export type CommandOf = (id: string) => StoredCommand | undefined;

/** All of the above for one person. */
export const echoTest =
  (itemsAt: ItemsAt, commandOf: CommandOf) =>
  (template: TemplateHead): boolean => {
    const row = echoRow(itemsAt(template.serialNumber), template);
    if (!row) return false;
    return isEchoOf(row, template, row.commandId === undefined ? undefined : commandOf(row.commandId));
  };
