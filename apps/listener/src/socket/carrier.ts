import { messageOf, type SerialNumber } from '@biolistener/core';
import { SOCKET_METHOD, SOCKET_SERIAL, type Brand, type Decoded, type WireInput } from '@biolistener/wire';
import type { ListenerDeps } from '../deps.ts';
import { learn } from '../handle.ts';
import { commit } from '../ingest.ts';
import { noteResults } from '../mailbox-answers.ts';
import type { Entry } from '../registry.ts';
import { arrivalOf, type Request } from '../request.ts';

/** A message of a socket in the form of a request. The path is not told: a token may stand in it. */
export const inputOf = (
  body: Uint8Array,
  serialNumber: SerialNumber | undefined,
  remoteAddress: string,
): WireInput => ({
  method: SOCKET_METHOD,
  target: '/pub/chat',
  httpVersion: '1.1',
  headers: serialNumber === undefined ? [] : [SOCKET_SERIAL, serialNumber],
  remoteAddress,
  body,
});

const NOTHING = Buffer.alloc(0);

/** What a conversation is about, for the record of what it brought. */
export function requestFor(brand: Brand, serialNumber: SerialNumber, operation: string, address: string): Request {
  const identity = { serialNumber, operation, isPoll: false };
  return { input: inputOf(NOTHING, serialNumber, address), brand, identity, serialNumber };
}

/** Stores what an answer brought, results of commands with it. False: nothing of it is stored, and nothing may follow from it. */
export async function store(decoded: Decoded, request: Request, entry: Entry, deps: ListenerDeps): Promise<boolean> {
  const { brand, serialNumber, identity } = request;
  try {
    const arrival = arrivalOf(request, entry, deps.now());
    const { newPunches } = await commit(request, arrival, decoded, deps);
    learn(decoded, arrival, entry, deps);
    if (newPunches > 0) deps.nudge();
    noteResults(decoded, request, entry, deps);
    return true;
  } catch (error) {
    deps.metrics.commitFailures.inc();
    const tags = { brand: brand.name, serialNumber, operation: identity.operation, reason: messageOf(error) };
    deps.log.error(tags, 'an answer was not stored, so the command goes again');
    return false;
  }
}

const HOUR_MS = 3_600_000;

/** An alert, once an hour for two addresses that take turns. */
export const twoAddresses = (address: string, other: string, now: number): Decoded => ({
  events: [
    {
      kind: 'operation',
      operation: {
        source: 'security',
        code: 'two-addresses',
        wallTime: undefined,
        isAlert: true,
        details: { address, other },
        key: ['two-addresses', ...[address, other].toSorted(), Math.floor(now / HOUR_MS)],
      },
    },
  ],
  parked: [],
  facts: {},
  reply: {},
});
