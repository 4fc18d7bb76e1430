import { asSerialNumber } from '@biolistener/core';
import type { Identity, WireInput } from '@biolistener/wire';
import { routeOf, type Route } from './route.ts';
import { parameterOf, parametersOf, rawParameterOf } from './target.ts';

/** `[A-Za-z0-9._-]{1,64}` (protocols/zkteco-push.md §9 `sn`). */
function isSerialNumber(text: string): boolean {
  if (text.length === 0 || text.length > 64) return false;
  let isSaid = false; // a bare dash or dot names nobody
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isLetter = (code | 32) >= 97 && (code | 32) <= 122;
    const isMark = code === 45 || code === 46 || code === 95;
    const isDigit = code >= 48 && code <= 57;
    if (!isLetter && !isMark && !isDigit) return false;
    isSaid ||= isLetter || isDigit;
  }
  return isSaid;
}

/** Only the first bytes of a body are searched: header lines of a photo or file, or a list of options. */
const SEARCHED_BYTES = 4096;
const OWN_NAME = /(?:^|\n)[ \t]*SN=([^\r\n\0]*)|(?:^|[\n,\t])[ \t]*~SerialNumber=([^\r\n\0,\t]*)/gi;

/**
 * Serial numbers that a body tells, where the query has none (§6.1 Q2): `SN=` of a photo or block body,
 * `~SerialNumber=` of options. Nothing behind the first NUL or behind `Content=` is a header.
 */
function serialNumbersInBody(body: Uint8Array): string[] {
  const head = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, SEARCHED_BYTES)).toString('latin1');
  const nul = head.indexOf('\0');
  const content = /(?:^|\n)Content=/i.exec(head)?.index ?? head.length;
  const searched = head.slice(0, Math.min(nul < 0 ? head.length : nul, content));
  return Array.from(searched.matchAll(OWN_NAME), (found) => (found[1] ?? found[2] ?? '').trim());
}

function serialNumbersOf(input: WireInput, route: Route): string[] {
  const named = parametersOf(route.target, 'sn');
  if (named.some((text) => text !== '') || route.isRead || input.body.length === 0) return named;
  return serialNumbersInBody(input.body);
}

/** `pushcommkey` (ATT) or `ComKey` (TFT): terminals show it when they greet and never again (§1.1, §2.2). */
const sharedKeyOf = ({ target }: Route): string =>
  parameterOf(target, 'pushcommkey') ?? parameterOf(target, 'comkey') ?? '';

/**
 * Who speaks, and about what. The first `SN` counts, in any case; two that differ are a contradiction.
 * A `getrequest` that brings an `INFO`, or any body, is news and no idle poll.
 */
export function identify(input: WireInput): Identity {
  const route = routeOf(input);
  const isPoll =
    input.method === 'GET' &&
    input.body.length === 0 &&
    (route.kind === 'ping' || (route.kind === 'poll' && rawParameterOf(route.target, 'info') === undefined));
  const { operation } = route;
  const names = serialNumbersOf(input, route);
  const first = names[0] ?? '';
  if (names.length > 1 && names.some((name) => name !== first)) {
    return { serialNumber: undefined, problem: 'contradictory', operation, isPoll: false };
  }
  if (first === '') return { serialNumber: undefined, problem: 'missing', operation, isPoll: false };
  if (!isSerialNumber(first)) return { serialNumber: undefined, problem: 'malformed', operation, isPoll: false };
  const identity = { serialNumber: asSerialNumber(first), operation, isPoll };
  return route.kind === 'handshake' ? { ...identity, sharedKey: sharedKeyOf(route) } : identity;
}
