import { TextDecoder } from 'node:util';

/** Bytes up to the first NUL: what follows it is stale memory of the terminal (§3.2, §4.1). */
export function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** Character sets that a terminal may be set to; names are in its own. */
export type Charset =
  'utf-8' | 'gb18030' | 'windows-1252' | 'windows-1256' | 'windows-1251' | 'big5' | 'shift_jis' | 'euc-kr';

const decoders = new Map<string, TextDecoder>();

/** Never throws: what is no text of the charset becomes U+FFFD. */
export function decodeText(bytes: Uint8Array, charset: Charset = 'utf-8'): string {
  const decoder = decoders.get(charset) ?? new TextDecoder(charset);
  decoders.set(charset, decoder);
  return decoder.decode(untilNul(bytes));
}

/** Character sets that the option `charset` of a terminal may name (§4.1). */
export const CHARSETS: readonly Charset[] = [
  'utf-8',
  'gb18030',
  'windows-1252',
  'windows-1256',
  'windows-1251',
  'big5',
  'shift_jis',
  'euc-kr',
];

const tables = new Map<Charset, ReadonlyMap<string, Buffer>>();

/** Characters and their one or two bytes: Node reads these sets and does not write them, so what it reads is turned round. */
function tableOf(charset: Charset): ReadonlyMap<string, Buffer> {
  const known = tables.get(charset);
  if (known) return known;
  const strict = new TextDecoder(charset, { fatal: true });
  const table = new Map<string, Buffer>();
  const note = (...bytes: number[]): void => {
    try {
      const sign = strict.decode(Uint8Array.from(bytes));
      if (Array.from(sign).length === 1 && !table.has(sign)) table.set(sign, Buffer.from(bytes));
    } catch {
      // these bytes are no character of the set
    }
  };
  for (let byte = 1; byte <= 0xff; byte += 1) note(byte);
  if (!charset.startsWith('windows-'))
    for (let lead = 0x81; lead <= 0xfe; lead += 1) for (let trail = 0x40; trail <= 0xfe; trail += 1) note(lead, trail);
  tables.set(charset, table);
  return table;
}

const UNWRITABLE = Buffer.from('?');

const bytesOf = (sign: string, charset: Charset): Buffer =>
  charset === 'utf-8' ? Buffer.from(sign) : (tableOf(charset).get(sign) ?? UNWRITABLE);

/** Cut at a character, NUL-padded to `size`, with at least one NUL at the end. What the set does not have becomes `?`. */
export function encodeText(text: string, size: number, charset: Charset = 'utf-8'): Buffer {
  const field = Buffer.alloc(size);
  let end = 0;
  for (const sign of text) {
    const bytes = bytesOf(sign, charset);
    if (end + bytes.length > size - 1) break;
    field.set(bytes, end);
    end += bytes.length;
  }
  return field;
}

/** Printable characters followed only by NULs: what a text id looks like where the layout is right (§5.3). */
export function isPaddedText(bytes: Uint8Array): boolean {
  const text = untilNul(bytes);
  return (
    text.length > 0 &&
    text.every((byte) => byte > 0x20 && byte < 0x7f) &&
    bytes.subarray(text.length).every((byte) => byte === 0)
  );
}
