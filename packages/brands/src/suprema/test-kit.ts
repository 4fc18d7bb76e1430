import { asSerialNumber, type JsonObject } from '@biolistener/core';
import type { DecodeContext, Decoded, TerminalView, WireInput } from '@biolistener/wire';
import { readEnvelope } from './envelope.ts';
import { suprema } from './index.ts';
import { inputOf } from './identify.ts';
import { fieldsOf, idOf, rowsOf, type Fields } from './values.ts';

// Support for the tests of this folder: what a server sends, and what becomes of it.

/** 2025-03-04T09:00:00Z */
export const NOW = Date.UTC(2025, 2, 4, 9, 0, 0);
export const GATE = '546832590';

export const terminalView = (change: Partial<TerminalView> = {}): TerminalView => ({
  serialNumber: asSerialNumber(GATE),
  zone: 'Asia/Dubai',
  profile: { server: 'biostar.example' },
  stamps: {},
  ...change,
});

export const context = (change: Partial<TerminalView> = {}): DecodeContext => ({
  now: NOW,
  terminal: terminalView(change),
});

/** An event as the document shows it, with other members where a test is about them. */
export const eventRow = (change: JsonObject = {}): JsonObject => ({
  id: '30418',
  index: '527101',
  server_datetime: '2025-03-04T10:15:31.00Z',
  datetime: '2025-03-04T08:15:28.00Z',
  device_id: { id: GATE, name: 'Gate 1' },
  event_type_id: { code: '4867', name: 'IDENTIFY_SUCCESS_FACE' },
  user_id: { user_id: '2041', name: 'R. Vale', photo_exists: 'false' },
  user_group_id: { id: '1', name: 'All Users' },
  tna_key: '0',
  parameter: '-1',
  is_dst: '0',
  ...change,
});

export const decodeEvents = (rows: readonly JsonObject[], change: Partial<TerminalView> = {}): Decoded =>
  suprema.decode(inputOf('events', GATE, 'biostar.example', { rows }), context(change));

/** What the peer client makes of an answer: one message for each device, or for the user in it. */
export function inputsOf(answer: string, deviceId: string): WireInput[] {
  const body = readEnvelope(answer)?.body ?? {};
  const rows = rowsOf(fieldsOf(body['EventCollection'])['rows']);
  const devices = Map.groupBy(rows, (row: Fields) => idOf(row['device_id']) ?? '');
  const events = [...devices].map(([id, own]) => inputOf('events', id, 'biostar.example', { rows: own }));
  const users = 'User' in body ? [inputOf('user', deviceId, 'biostar.example', { User: body['User'] })] : [];
  return [...events, ...users];
}
