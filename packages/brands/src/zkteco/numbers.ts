import { localTimeOf, type LocalTime } from '@biolistener/core';

/**
 * Seconds of the terminal's own calendar, in which every month has 31 days; unsigned 32 bit, not a duration.
 * `undefined` before 2000. Source: protocols/zkteco-push.md §5.3.
 */
export function encodeZkSeconds(local: LocalTime): number | undefined {
  const [year = 0, month = 0, day = 0] = local.slice(0, 10).split('-').map(Number);
  const [hour = 0, minute = 0, second = 0] = local.slice(11).split(':').map(Number);
  if (year < 2000) return undefined;
  const days = (year - 2000) * 12 * 31 + (month - 1) * 31 + (day - 1);
  return days * 86_400 + hour * 3_600 + minute * 60 + second;
}

/** The inverse; `undefined` for a count that falls on a day that does not exist (31 February). */
export function decodeZkSeconds(count: number): LocalTime | undefined {
  if (!Number.isSafeInteger(count) || count < 0) return undefined;
  const days = Math.floor(count / 86_400);
  const months = Math.floor(days / 31);
  return localTimeOf(
    Math.floor(months / 12) + 2000,
    (months % 12) + 1,
    (days % 31) + 1,
    Math.floor(count / 3_600) % 24,
    Math.floor(count / 60) % 60,
    count % 60,
  );
}

/** What a card field says: a decimal number, no card, or a text that is no number. */
export type CardNumber =
  { readonly kind: 'card'; readonly decimal: string } | { readonly kind: 'none' } | { readonly kind: 'other' };

const CARD_HEX = /^\[([0-9A-Fa-f]{8,16})\]$/;

/** Reads a card: decimal text, or `[hex]` of little-endian bytes. Source: protocols/zkteco-push.md §3.5, C55. */
export function readCard(text: string): CardNumber {
  const hex = CARD_HEX.exec(text)?.[1];
  if (hex !== undefined && hex.length % 2 === 0) {
    const value = BigInt(`0x${Buffer.from(hex, 'hex').reverse().toString('hex')}`);
    return value === 0n ? { kind: 'none' } : { kind: 'card', decimal: value.toString() };
  }
  if (!/^\d{0,40}$/.test(text)) return { kind: 'other' };
  const decimal = text.replace(/^0+/, '');
  return decimal === '' ? { kind: 'none' } : { kind: 'card', decimal };
}

/** A short run of decimal digits as a number; anything else is `undefined`. */
export function readCount(text: string | undefined): number | undefined {
  if (text === undefined || text.length === 0 || text.length > 15) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return undefined;
  }
  return Number(text);
}
