import { decodeText } from '@biolistener/wire';
import { isFields, type Fields } from './fields.ts';

export type FrameStatus = 'empty' | 'framed' | 'flat' | 'recovered' | 'truncated' | 'invalid';

/** A body taken apart. `binaries[n-1]` is `BIN_n`. Views on the body, not copies. */
export interface Frame {
  readonly status: FrameStatus;
  readonly json: Fields | undefined;
  /** The JSON bytes without their terminator. */
  readonly text: Uint8Array;
  readonly binaries: readonly Uint8Array[];
  /** Not UTF-8: which set the text turned out to be in. */
  readonly charset?: string;
}

const NONE = new Uint8Array(0);
/** `BIN_1` … `BIN_255` (§2.1): more chunks than that are no message, and would only cost memory. */
const MOST_BINARIES = 255;
const LARGEST_TEXT = 16 * 1024 * 1024;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const isPadding = (byte: number): boolean =>
  byte === 0 || byte === 0x0a || byte === 0x0d || byte === 0x20 || byte === 0x09;

const u32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);

function withoutTerminator(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && isPadding(bytes[end - 1] ?? 1)) end -= 1;
  return bytes.subarray(0, end);
}

interface ParsedText {
  readonly json: Fields;
  readonly charset?: string;
}

function parseText(text: Uint8Array): ParsedText | undefined {
  if (text.length < 2) return undefined;
  const { text: decoded, charset } = decodeText(text);
  try {
    const json: unknown = JSON.parse(decoded);
    if (!isFields(json)) return undefined;
    return charset === 'utf-8' ? { json } : { json, charset };
  } catch {
    return undefined; // not JSON: the caller tries the next form
  }
}

interface Chunks {
  readonly binaries: Uint8Array[];
  /** False when bytes are left that are no chunk and no padding. */
  readonly isWhole: boolean;
}

/** Reads `u32 length, bytes` until the end. A length that exceeds what is left is never believed, and never allocated. */
function readChunks(bytes: Uint8Array): Chunks {
  const binaries: Uint8Array[] = [];
  let at = 0;
  while (bytes.length - at >= 4 && binaries.length < MOST_BINARIES) {
    const length = u32(bytes, at);
    if (length > bytes.length - at - 4) break;
    binaries.push(bytes.subarray(at + 4, at + 4 + length)); // a copy is not needed: nobody writes into a body
    at += 4 + length;
  }
  return { binaries, isWhole: bytes.subarray(at).every(isPadding) };
}

/** Index after the brace that closes the object at `from`; -1 when it stays open. Braces inside strings do not count. */
function endOfObject(bytes: Uint8Array, from: number): number {
  let depth = 0;
  let inString = false;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === BRACE_OPEN) depth += 1;
    else if (byte === BRACE_CLOSE && --depth === 0) return at + 1;
  }
  return -1;
}

function asFramed(bytes: Uint8Array, length: number): Frame | undefined {
  if (length < 1 || length > bytes.length - 4) return undefined;
  const text = withoutTerminator(bytes.subarray(4, 4 + length));
  const parsed = parseText(text);
  if (!parsed) return undefined;
  const { binaries, isWhole } = readChunks(bytes.subarray(4 + length));
  return { status: isWhole ? 'framed' : 'truncated', text, binaries, ...parsed };
}

/** T = 0 with at least one chunk: vendor decoders allow an empty text section. */
function asTextless(bytes: Uint8Array): Frame | undefined {
  const { binaries, isWhole } = readChunks(bytes.subarray(4));
  if (!isWhole || binaries.length === 0) return undefined;
  return { status: 'framed', json: undefined, text: NONE, binaries };
}

function asFlat(bytes: Uint8Array): Frame | undefined {
  const isFlat = bytes[0] === BRACE_OPEN;
  const from = isFlat ? 0 : bytes.indexOf(BRACE_OPEN, 4);
  const end = from < 0 ? -1 : endOfObject(bytes, from);
  if (end < 0) return undefined;
  const text = bytes.subarray(from, end);
  const parsed = parseText(text);
  if (!parsed) return undefined;
  const rest = bytes.subarray(end);
  return { status: isFlat ? 'flat' : 'recovered', text, binaries: afterFlat(rest, isFlat), ...parsed };
}

/** Bytes after flat JSON that are no chunks stay one opaque binary, but not where the frame was broken: they may be cut. */
function afterFlat(rest: Uint8Array, mayBeOpaque: boolean): readonly Uint8Array[] {
  if (rest.every(isPadding)) return [];
  const { binaries, isWhole } = readChunks(rest);
  if (isWhole) return binaries;
  return mayBeOpaque ? [rest] : [];
}

/**
 * Takes one reassembled, decrypted message apart.
 * Shape:  u32 LE text length (terminator included), JSON, then u32 LE length + bytes per binary; no count, no padding.
 * Errors: never throws; `status` tells. A frame is tried before flat JSON, because a text length of 0x7B looks like `{`.
 * Source: protocols/ebkn-fkweb.md §2.1–2.4; cases D01–D15. The textless form is tried before the flat one: a picture may hold `{}`.
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length === 0) return { status: 'empty', json: undefined, text: NONE, binaries: [] };
  const length = bytes.length >= 4 ? u32(bytes, 0) : -1;
  const framed = asFramed(bytes, length) ?? (length === 0 ? asTextless(bytes) : undefined) ?? asFlat(bytes);
  if (framed) return framed;
  const isCut = length > bytes.length - 4 && length <= LARGEST_TEXT && bytes[4] === BRACE_OPEN;
  return { status: isCut ? 'truncated' : 'invalid', json: undefined, text: NONE, binaries: [] };
}

/** `u32 length + bytes` of each section, the text section first. Source: §2.6. */
export function joinSections(sections: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const section of sections) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(section.length);
    parts.push(length, section);
  }
  return Buffer.concat(parts);
}

/**
 * Frames JSON text and binaries for a terminal: compact JSON, one NUL, chunks in order. Empty binaries must not be passed.
 * Source: protocols/ebkn-fkweb.md §2.6; cases E01–E04.
 */
export const encodeFrame = (json: string, binaries: readonly Uint8Array[] = []): Uint8Array =>
  joinSections([Buffer.from(`${json}\0`, 'utf8'), ...binaries]);
