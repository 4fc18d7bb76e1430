import { asSerialNumber, type CommandKind, type SerialNumber } from '@biolistener/core';
import type { CommandState, StoredCommand } from '../contract/index.ts';
import type { Database, Row } from './database.ts';
import { int, intOr, jsonObject, MOST_ROWS, text, textOr } from './rows.ts';

export const commandOf = (row: Row): StoredCommand => ({
  id: String(int(row, 'id')),
  kind: text(row, 'kind') as CommandKind, // written from Command only
  parameters: jsonObject(row, 'parameters'),
  serialNumber: asSerialNumber(text(row, 'serial_number')),
  state: text(row, 'state') as CommandState, // the table checks it
  resultCode: textOr(row, 'result_code'),
  sentAt: intOr(row, 'sent_at'),
  createdAt: int(row, 'created_at'),
});

/** Oldest first; of a terminal with a long past the newest ones. */
export const listCommands = (db: Database, serialNumber: SerialNumber): StoredCommand[] =>
  db
    .all(
      `SELECT c.*, t.serial_number FROM terminals t JOIN commands c ON c.terminal_id = t.id
       WHERE t.serial_number = ? ORDER BY c.id DESC LIMIT ?`,
      serialNumber,
      MOST_ROWS,
    )
    .reverse()
    .map(commandOf);

export const terminalsWithCommands = (db: Database): SerialNumber[] =>
  db
    .all(
      `SELECT serial_number FROM terminals
       WHERE id IN (SELECT terminal_id FROM commands WHERE state = 'queued') ORDER BY serial_number`,
    )
    .map((row) => asSerialNumber(text(row, 'serial_number')));
