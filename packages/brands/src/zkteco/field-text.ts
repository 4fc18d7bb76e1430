import { decodeText, type DecodedText } from '@biolistener/wire';

/** How many bytes at the end of `bytes` are the start of a UTF-8 character that was cut; 0 when none is. */
function cutTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue; // a continuation byte: look further back for its lead
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? back : 0;
  }
  return 0;
}

/** Names are cut at 24 or 48 bytes; a shorter text that is no UTF-8 is not a cut one but another character set. */
const SHORTEST_CUT = 20;

const hasHighByte = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return true;
  return false;
};

/**
 * Text of one field, given as Latin-1 (one character per byte, as lines are scanned).
 * Strict UTF-8, else UTF-8 with a last character that the terminal cut off (replaced by U+FFFD), else GB18030, else Latin-1.
 * Source: protocols/zkteco-push.md §1.4, §6.1 Q14.
 */
export function fieldText(latin1: string): DecodedText {
  if (!hasHighByte(latin1)) return { text: latin1, charset: 'utf-8' };
  const bytes = Buffer.from(latin1, 'latin1');
  const whole = decodeText(bytes);
  if (whole.charset === 'utf-8' || bytes.length < SHORTEST_CUT) return whole;
  const cut = cutTail(bytes);
  if (cut === 0) return whole;
  const kept = decodeText(bytes.subarray(0, bytes.length - cut));
  return kept.charset === 'utf-8' && hasHighByte(kept.text) ? { text: `${kept.text}\uFFFD`, charset: 'utf-8' } : whole;
}

/** The same, when only the text matters. */
export const textOf = (latin1: string): string => fieldText(latin1).text;
