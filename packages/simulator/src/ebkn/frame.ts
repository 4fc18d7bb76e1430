import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { EbknProfile } from './profiles.ts';

/** A JSON object with the binaries that it names `BIN_1`, `BIN_2` … */
export interface EbknMessage {
  readonly json: Readonly<Record<string, unknown>>;
  readonly binaries: readonly Uint8Array[];
}

const TERMINATORS = { A: Buffer.from([0x0a, 0]), B: Buffer.from([0]), C: Buffer.alloc(0) } as const;

function lengthWord(length: number): Buffer {
  const word = Buffer.alloc(4);
  word.writeUInt32LE(length);
  return word;
}

/** The BS comm buffer: text length, text with its terminator, then each binary with its own length (§2.1, §2.2). */
export function encodeFrame(message: EbknMessage, terminator: EbknProfile['terminator']): Buffer {
  const text = Buffer.concat([Buffer.from(JSON.stringify(message.json)), TERMINATORS[terminator]]);
  const chunks = message.binaries.flatMap((binary) => [lengthWord(binary.length), Buffer.from(binary)]);
  return Buffer.concat([lengthWord(text.length), text, ...chunks]);
}

/** The sample key of the 2023 vendor generation: bytes 01 to 20 hex. Public, so this hides nothing (§2.7). */
const SAMPLE_KEY = Buffer.from(Array.from({ length: 32 }, (_, at) => at + 1));

/** A whole frame as it goes up under an `encrypt` header (§2.7, X01, X02). */
export function encryptFrame(frame: Buffer, encrypt: EbknProfile['encrypt']): Buffer {
  if (encrypt === 'none') return frame;
  const text = Buffer.from(frame.toString('base64'));
  if (encrypt === 'base64only') return Buffer.concat([text, Buffer.from([0])]);
  const cipher = createCipheriv('aes-256-ecb', SAMPLE_KEY, null);
  return Buffer.concat([cipher.update(text), cipher.final()]);
}

/** One section of a reply, undone: base64, or AES over base64. */
function openSection(section: Buffer, encrypt: EbknProfile['encrypt']): Buffer {
  if (encrypt === 'none') return section;
  if (encrypt === 'base64only') return Buffer.from(section.toString('latin1'), 'base64');
  const decipher = createDecipheriv('aes-256-ecb', SAMPLE_KEY, null);
  const text = Buffer.concat([decipher.update(section), decipher.final()]);
  return Buffer.from(text.toString('latin1'), 'base64');
}

export type ReadFrame =
  | { readonly kind: 'message'; readonly message: EbknMessage }
  /** Firmware answers an invalid-parameter error to such a body. The reason is a sentence for people. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * Reads the body of a command as strict firmware does: exactly one frame with terminator B and nothing after it.
 * Raw JSON is refused, an empty body is a command without parameters (§2.6).
 */
export function readCommandBody(body: Buffer, encrypt: EbknProfile['encrypt']): ReadFrame {
  if (body.length === 0) return { kind: 'message', message: { json: {}, binaries: [] } };
  const bad = (reason: string): ReadFrame => ({ kind: 'unreadable', reason });
  if (body.length < 4) return bad('§2.1: a frame has at least 4 bytes');
  const textLength = body.readUInt32LE(0);
  if (textLength > body.length - 4) return bad(`§2.1: the text length ${textLength} is more than the body holds`);
  const section = body.subarray(4, 4 + textLength);
  if (section.at(-1) !== 0) return bad('§2.2: the text must end with one NUL (variant B)');
  const binaries: Buffer[] = [];
  for (let at = 4 + textLength; at < body.length;) {
    if (body.length - at < 4) return bad(`§2.1: ${body.length - at} bytes are left over after the last binary`);
    const length = body.readUInt32LE(at);
    if (length > body.length - at - 4) return bad(`§2.1: a binary of ${length} bytes does not fit`);
    binaries.push(openSection(body.subarray(at + 4, at + 4 + length), encrypt));
    at += 4 + length;
  }
  try {
    const json = parseObject(openSection(section.subarray(0, -1), encrypt));
    return json ? { kind: 'message', message: { json, binaries } } : bad('§2.1: the text is no JSON object');
  } catch {
    return bad('§2.1: the text is no JSON object'); // JSON.parse or the cipher refused it; firmware says no more either
  }
}

/** A JSON object, or undefined for other JSON; throws SyntaxError for none. */
export function parseObject(text: Buffer): Record<string, unknown> | undefined {
  const parsed: unknown = JSON.parse(text.toString('utf8'));
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  return isObject ? (parsed as Record<string, unknown>) : undefined; // an object that is no array: its keys are text
}

/** The binary that a value names, `BIN_1` is the first; undefined for no reference or one that leads nowhere (§2.5). */
export function binaryOf(value: unknown, binaries: readonly Uint8Array[]): Uint8Array | undefined {
  const ordinal = typeof value === 'string' ? /^BIN_([1-9]\d{0,2})$/.exec(value)?.[1] : undefined;
  return ordinal === undefined ? undefined : binaries[Number(ordinal) - 1];
}
