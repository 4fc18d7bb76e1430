import { decodeText } from './text.ts';

/** `key=value` up to the first NUL; text without `=` is the value. Source: protocols/zk-tcp.md §3.2. */
export function decodeOption(data: Uint8Array): string {
  const text = decodeText(data);
  const equals = text.indexOf('=');
  return equals < 0 ? text : text.slice(equals + 1);
}

/** What asks for, or sets, an option: the text and a NUL. */
export const encodeOption = (text: string): Buffer => Buffer.from(`${text}\0`);

/** Options that tell what a terminal is (§3.2). */
export const IDENTITY_OPTIONS = [
  '~SerialNumber',
  '~DeviceName',
  '~Platform',
  '~ZKFPVersion',
  'ZKFaceVersion',
  'MAC',
  '~PIN2Width',
  '~IsABCPinEnable',
  '~UserExtFmt',
] as const;

/** Counters and capacities; absent: the terminal does not say, which is not zero. */
export interface FreeSizes {
  readonly users?: number;
  readonly fingerprints?: number;
  readonly records?: number;
  readonly operations?: number;
  readonly administrators?: number;
  readonly passwords?: number;
  readonly fingerprintCapacity?: number;
  readonly userCapacity?: number;
  readonly recordCapacity?: number;
  readonly recordsFree?: number;
  readonly faces?: number;
  readonly faceCapacity?: number;
}

const OFFSETS: Readonly<Record<keyof FreeSizes, number>> = {
  users: 16,
  fingerprints: 24,
  records: 32,
  operations: 40,
  administrators: 48,
  passwords: 52,
  fingerprintCapacity: 56,
  userCapacity: 60,
  recordCapacity: 64,
  recordsFree: 76,
  faces: 80,
  faceCapacity: 88,
};

/** The reply to GET_FREE_SIZES, as long or short as it is. Source: protocols/zk-tcp.md §3.3. */
export function decodeSizes(data: Uint8Array): FreeSizes {
  const view = Buffer.from(data.buffer, data.byteOffset, data.length);
  const known = Object.entries(OFFSETS).filter(([, offset]) => offset + 4 <= view.length);
  return Object.fromEntries(known.map(([name, offset]) => [name, view.readUInt32LE(offset)]));
}
