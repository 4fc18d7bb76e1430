import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Something that must be found nowhere. The name is what findings say; it must not give the secret away. */
export interface Secret {
  readonly name: string;
  /** Text stands for its UTF-8 bytes. */
  readonly value: Uint8Array | string;
}

export interface Finding {
  readonly secret: string;
  /** How it was written there: `as it is`, `base64`, `hex` … */
  readonly form: string;
  /** Where: a file, a reply, a key of Redis. */
  readonly source: string;
  readonly offset: number;
}

export interface SecretScan {
  scan(source: string, content: Uint8Array | string): Finding[];
  /** Every file below a folder, whatever its name. */
  scanFolder(folder: string): Finding[];
}

interface Needle {
  readonly secret: string;
  readonly form: string;
  readonly bytes: Buffer;
}

/** Anything shorter is found by chance. */
const SHORTEST = 4;
/** A long secret is looked for by pieces of it: a log that cuts its lines still gives away a part. */
const PIECE = 24;
const MOST_PIECES = 64;

/** Looks for secrets in every form that software is likely to write them in. Errors: RangeError for one under 4 bytes. */
export function secretScan(secrets: readonly Secret[]): SecretScan {
  const needles = secrets.flatMap(needlesOf);
  const scan = (source: string, content: Uint8Array | string): Finding[] => {
    const bytes =
      typeof content === 'string'
        ? Buffer.from(content)
        : Buffer.from(content.buffer, content.byteOffset, content.length);
    return firstOfEach(
      needles.flatMap(({ secret, form, bytes: needle }) => {
        const offset = bytes.indexOf(needle);
        return offset < 0 ? [] : [{ secret, form, source, offset }];
      }),
    );
  };
  return {
    scan,
    scanFolder: (folder) => filesBelow(folder).flatMap((path) => scan(path, readFileSync(path))),
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Many pieces of one secret in one place are one finding, the first. */
function firstOfEach(findings: readonly Finding[]): Finding[] {
  const first = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.secret}\n${finding.form}`;
    const known = first.get(key);
    if (!known || finding.offset < known.offset) first.set(key, finding);
  }
  return [...first.values()];
}

function needlesOf({ name, value }: Secret): Needle[] {
  const whole = Buffer.from(value);
  if (whole.length < SHORTEST) throw new RangeError(`the secret ${name} has ${whole.length} bytes: found by chance`);
  const needles = piecesOf(whole).flatMap((piece) =>
    formsOf(piece).map(([form, bytes]) => ({ secret: name, form, bytes })),
  );
  const seen = new Set<string>();
  return needles.filter(({ bytes }) => {
    const key = bytes.toString('latin1');
    return bytes.length >= SHORTEST && !seen.has(key) && seen.add(key);
  });
}

/** Evenly over the whole, first and last bytes included. */
function piecesOf(whole: Buffer): Buffer[] {
  if (whole.length <= PIECE) return [whole];
  const last = whole.length - PIECE;
  const count = Math.min(MOST_PIECES, Math.ceil(whole.length / PIECE));
  return Array.from({ length: count }, (_, at) => {
    const from = Math.round((last * at) / Math.max(1, count - 1));
    return whole.subarray(from, from + PIECE);
  });
}

function formsOf(piece: Buffer): [string, Buffer][] {
  const hex = piece.toString('hex');
  const texts: [string, string][] = [
    ...base64Cores(piece).flatMap((core): [string, string][] => [
      ['base64', core],
      ['base64url', core.replaceAll('+', '-').replaceAll('/', '_')],
      ['base64 in a URL', core.replaceAll('+', '%2B').replaceAll('/', '%2F')],
      ['base64 in JSON', core.replaceAll('/', '\\/')],
    ]),
    ['hex', hex],
    ['hex', hex.toUpperCase()],
    ['spaced hex', hex.replace(/..(?=.)/g, '$& ')],
    ['a list of numbers', [...piece].join(',')],
    ['a list of numbers', [...piece].join(', ')],
    ...textForms(piece),
  ];
  return [
    ['as it is', piece],
    ['UTF-16', utf16(piece)],
    ...texts.map(([form, text]): [string, Buffer] => [form, Buffer.from(text)]),
  ];
}

const utf16 = (piece: Buffer): Buffer => Buffer.from(piece.toString('latin1'), 'utf16le');

/** Bytes that are text appear escaped where text is. */
function textForms(piece: Buffer): [string, string][] {
  const text = piece.toString('utf8');
  if (!Buffer.from(text).equals(piece)) return [];
  return [
    ['JSON', JSON.stringify(text).slice(1, -1)],
    ['URL', encodeURIComponent(text)],
  ];
}

/**
 * The base64 text of bytes that stand anywhere in something longer: by the place they begin at, modulo 3, and without the
 * characters that their neighbours have a part in.
 */
function base64Cores(piece: Buffer): string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), piece])
      .toString('base64')
      .replaceAll('=', '');
    const bits = (shift + piece.length) * 8;
    return text.slice(Math.ceil((shift * 8) / 6), Math.floor(bits / 6));
  });
}
