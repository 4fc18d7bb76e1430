import { asPin, asSerialNumber, type Pin, type TemplateKind } from '@biolistener/core';
import type { PhotoHead, Sealed, TemplateHead } from '../contract/index.ts';
import { numberOfId } from './commands-read.ts';
import type { Database, Row } from './database.ts';
import { bytes, flag, int, MOST_ROWS, text } from './rows.ts';

export const headOfTemplate = (row: Row): TemplateHead => ({
  id: String(int(row, 'id')),
  serialNumber: asSerialNumber(text(row, 'serial_number')),
  brand: text(row, 'brand'),
  pin: asPin(text(row, 'pin')),
  kind: text(row, 'kind') as TemplateKind, // written from StoredTemplate only, as encoding is
  no: int(row, 'no'),
  index: int(row, 'idx'),
  algorithm: text(row, 'algorithm'),
  version: text(row, 'version'),
  isValid: flag(row, 'is_valid'),
  isDuress: flag(row, 'is_duress'),
  encoding: text(row, 'encoding') as TemplateHead['encoding'],
  size: int(row, 'size'),
  digest: text(row, 'digest'),
  receivedAt: int(row, 'received_at'),
  seenAt: int(row, 'seen_at'),
});

/** Without the bytes, and with what the terminal is. */
export const TEMPLATE_HEAD = `m.id, m.terminal_id, m.pin, m.kind, m.no, m.idx, m.algorithm, m.version, m.is_valid,
  m.is_duress, m.encoding, m.size, m.digest, m.received_at, m.seen_at, t.serial_number, t.brand`;

export const templatesOf = (db: Database, pin: Pin): TemplateHead[] =>
  db
    .all(
      `SELECT ${TEMPLATE_HEAD} FROM templates m JOIN terminals t ON t.id = m.terminal_id
       WHERE m.pin = ? AND m.is_valid = 1 ORDER BY m.received_at DESC, m.id DESC LIMIT ?`,
      pin,
      MOST_ROWS,
    )
    .map(headOfTemplate);

const sealedOf = (row: Row): Sealed => ({ keyId: text(row, 'key_id'), bytes: bytes(row, 'sealed') });

export function findTemplate(db: Database, id: string): (TemplateHead & { readonly sealed: Sealed }) | undefined {
  const row = db.get(
    `SELECT ${TEMPLATE_HEAD}, m.key_id, m.sealed FROM templates m JOIN terminals t ON t.id = m.terminal_id WHERE m.id = ?`,
    numberOfId(id) ?? -1,
  );
  return row && { ...headOfTemplate(row), sealed: sealedOf(row) };
}

const headOfPhoto = (row: Row): PhotoHead => ({
  id: String(int(row, 'id')),
  serialNumber: asSerialNumber(text(row, 'serial_number')),
  pin: asPin(text(row, 'pin')),
  kind: text(row, 'kind') as PhotoHead['kind'], // the queries leave the third kind out
  size: int(row, 'size'),
  digest: text(row, 'digest'),
  receivedAt: int(row, 'received_at'),
  seenAt: int(row, 'seen_at'),
});

const PHOTO_HEAD = 'p.id, p.pin, p.kind, p.size, p.digest, p.received_at, p.seen_at, t.serial_number';
const OF_PERSON = "FROM photos p JOIN terminals t ON t.id = p.terminal_id WHERE p.kind <> 'attendance'";

export const photosOf = (db: Database, pin: Pin): PhotoHead[] =>
  db
    .all(
      `SELECT ${PHOTO_HEAD} ${OF_PERSON} AND p.pin = ? ORDER BY p.received_at DESC, p.id DESC LIMIT ?`,
      pin,
      MOST_ROWS,
    )
    .map(headOfPhoto);

export function findPhoto(db: Database, id: string): (PhotoHead & { readonly sealed: Sealed }) | undefined {
  const row = db.get(`SELECT ${PHOTO_HEAD}, p.key_id, p.sealed ${OF_PERSON} AND p.id = ?`, numberOfId(id) ?? -1);
  return row && { ...headOfPhoto(row), sealed: sealedOf(row) };
}
