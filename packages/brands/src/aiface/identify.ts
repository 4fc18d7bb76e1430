import { asSerialNumber } from '@biolistener/core';
import {
  headerOf,
  SOCKET_METHOD,
  SOCKET_SERIAL,
  type Identity,
  type RequestHead,
  type WireInput,
} from '@biolistener/wire';
import { HEARTBEATS } from './codes.ts';
import { readMessage, textOf } from './message.ts';

/** The sibling transport of §2.4: the same objects, posted. */
const HTTP_PATH = /\/pub\/api\/?(?:\?|$)/;

/** A message of a socket, or a POST of the same JSON. */
export const claims = ({ method, target }: RequestHead): boolean =>
  method === SOCKET_METHOD || (method === 'POST' && HTTP_PATH.test(target));

const SERIAL = /^[A-Za-z0-9_.-]{1,40}$/;
const WORD = /^[A-Za-z0-9_]{1,40}$/;

/** Whose message it is: of its own `sn`, else of the socket that brought it; never of two (protocols/aiface-websocket.md §3). */
export function identify(input: WireInput): Identity {
  const message = readMessage(input.body);
  const word = message?.cmd ?? (message?.ret === undefined ? undefined : 'answer');
  const operation = message === undefined ? 'unreadable' : wordOf(word);
  const isPoll = message?.cmd !== undefined && HEARTBEATS.has(message.cmd);
  const said = textOf(message?.fields['sn']);
  const ours = input.method === SOCKET_METHOD ? headerOf(input.headers, SOCKET_SERIAL.toLowerCase()) : undefined;
  const none = { serialNumber: undefined, operation, isPoll };
  if (said !== undefined && said !== '' && ours !== undefined && said !== ours)
    return { ...none, problem: 'contradictory' };
  const serialNumber = said === undefined || said === '' ? ours : said;
  if (serialNumber === undefined) return { ...none, problem: 'missing' };
  if (!SERIAL.test(serialNumber)) return { ...none, problem: 'malformed' };
  return { serialNumber: asSerialNumber(serialNumber), operation, isPoll };
}

const wordOf = (word: string | undefined): string => (word !== undefined && WORD.test(word) ? word : 'unknown');
