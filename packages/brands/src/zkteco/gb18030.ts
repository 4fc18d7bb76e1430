/** Two-byte codes by character, made once from the decoder that Node has. */
let codes: Map<string, Buffer> | undefined;

function twoByteCodes(): Buffer {
  const list: number[] = [];
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) if (trail !== 0x7f) list.push(lead, trail);
  }
  return Buffer.from(list);
}

function buildCodes(): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  const all = twoByteCodes();
  for (let at = 0; at < all.length; at += 2) {
    const code = all.subarray(at, at + 2);
    const text = decodeOne(code);
    if (text !== undefined && !found.has(text)) found.set(text, code);
  }
  return found;
}

const strict = new TextDecoder('gb18030', { fatal: true });
function decodeOne(code: Uint8Array): string | undefined {
  try {
    const text = strict.decode(code);
    return Array.from(text).length === 1 ? text : undefined;
  } catch {
    return undefined; // not every pair is a character
  }
}

/**
 * Bytes of a text in the two-byte part of GB18030 (GBK), for terminals that sent their names so (protocols/zkteco-push.md §1.4).
 * `undefined` when a character is not in it; the caller sends UTF-8 then.
 */
export function encodeGb(text: string): Buffer | undefined {
  codes ??= buildCodes();
  const parts: Buffer[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0) < 0x80 ? Buffer.from(character) : codes.get(character);
    if (!code) return undefined;
    parts.push(code);
  }
  return Buffer.concat(parts);
}
