import type { Json, JsonObject } from '@biolistener/core';
import type { Collector } from './collector.ts';
import { textOf } from './field-text.ts';
import { readCount } from './numbers.ts';

/** What the columns from index 7 on mean in one firmware family. */
export interface Variant {
  /** `UTC+08:00`, when the row carries its own offset. */
  readonly zone?: string;
  readonly extra: JsonObject;
}

const EMPTY_FROM = 7;

/**
 * Reads the columns behind the seventh. Which family wrote them is decided per row, by count and shape, in this order:
 * TFT, person-ID, offset (V5.8), record number (MB10-VL), mask and temperature. Source: protocols/zkteco-push.md §3.3.
 */
export function variantColumns(columns: readonly string[], into: Collector): Variant | undefined {
  const seventh = columns[EMPTY_FROM] ?? '';
  if (into.dialect === 'TFT' || columns.length >= 13) return { extra: jobColumns(columns) };
  const isPersonId = into.ctx.terminal.profile['deviceType'] === 'pid';
  if (seventh.length >= 15 || isPersonId) return { extra: personColumns(columns) };
  const tenth = columns[10] ?? '';
  const extra = maskColumns(columns);
  if (tenth.startsWith('+') || tenth.startsWith('-')) return offsetColumns(tenth, columns[11], extra);
  const recordNumber = readCount(tenth);
  if (recordNumber !== undefined && recordNumber > 0) return { extra: { ...extra, recordNumber } };
  return { extra };
}

/** 7–12 job codes 1–6, 13–15 tip codes 1–3. */
function jobColumns(columns: readonly string[]): JsonObject {
  return {
    jobCodes: columns.slice(7, 13).map(textOf).filter(Boolean),
    tipCodes: columns.slice(13, 16).map(textOf).filter(Boolean),
  };
}

/** 7 identity number, 8 type: 0 attendance, 1 an identity check that is no attendance. */
function personColumns(columns: readonly string[]): JsonObject {
  const idType = readCount(columns[8]);
  return { idNum: textOf(columns[7] ?? ''), ...(idType === undefined ? {} : { idType }) };
}

const DECIMAL = /^-?\d{1,4}(?:\.\d{1,4})?$/;

/** 7 mask flag, 8 temperature, 9 the same in the unit of the display; a zero was not measured. */
function maskColumns(columns: readonly string[]): JsonObject {
  const extra: Record<string, Json> = {};
  const mask = columns[7];
  if (mask === '0' || mask === '1') extra['mask'] = Number(mask);
  for (const [index, name] of [
    [8, 'temperature'],
    [9, 'convTemperature'],
  ] as const) {
    const text = columns[index] ?? '';
    if (DECIMAL.test(text) && Number(text) !== 0) extra[name] = Number(text);
  }
  return extra;
}

const OFFSET = /^[+-]\d{1,6}$/;
const HOUR = 3600;

/** 10 seconds east of UTC with sign, 11 base64 of JSON. An offset that no place on earth has is kept, and not used. */
function offsetColumns(text: string, data: string | undefined, extra: JsonObject): Variant {
  const seconds = Number(text);
  const details = { ...extra, ...extendData(data) };
  if (!OFFSET.test(text) || seconds < -12 * HOUR || seconds > 14 * HOUR || seconds % 60 !== 0) {
    return { extra: { ...details, offsetText: textOf(text).slice(0, 40) } };
  }
  return { zone: zoneOfOffset(seconds / 60), extra: { ...details, offsetSec: seconds } };
}

/** `UTC+08:00` of minutes east. */
export function zoneOfOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

const EXTEND_LIMIT = 8192;

/** Coordinates, where a phone-like terminal sends them; "-1" means none. */
function extendData(base64: string | undefined): JsonObject {
  const ext = base64 === undefined ? undefined : jsonOfBase64(base64);
  if (ext === undefined) return {};
  const place = ext['GPSInfo'];
  if (place === null || typeof place !== 'object' || Array.isArray(place)) return { ext };
  const { latitude, longitude } = place as JsonObject; // not an array: the line above
  const [north, east] = [Number(latitude), Number(longitude)];
  const isPlace = latitude !== '-1' && longitude !== '-1' && Math.abs(north) <= 90 && Math.abs(east) <= 180;
  const isSaid = typeof latitude === 'string' && typeof longitude === 'string' && latitude !== '' && longitude !== '';
  return isPlace && isSaid ? { ext, latitude: north, longitude: east } : { ext };
}

/** An object written as base64 of JSON, when it is one; nothing above 8 KB is tried. */
export function jsonOfBase64(base64: string): JsonObject | undefined {
  if (base64.length > EXTEND_LIMIT) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as JsonObject) : undefined; // whatever JSON.parse gives is JSON
  } catch {
    return undefined; // not JSON: the caller keeps the text
  }
}
