import { asSerialNumber } from '@biolistener/core';
import type { Identity, WireInput } from '@biolistener/wire';
import { REQUEST } from './codes.ts';
import { isPlainJson, isPoll, readRequest, type EbknRequest } from './request.ts';

/** §1.3: letters and digits, at most 18. What vendor servers refuse, no unit of the field can be using. */
const DEV_ID = /^[A-Za-z0-9]{1,18}$/;

const OWN_KEY: ReadonlySet<string> = new Set([REQUEST.result, REQUEST.punch, REQUEST.enrolment]);

/**
 * The key of the open transfer: the request code, and one common key for all the rare ones,
 * so that a terminal can hold at most four buffers open (§3.2).
 */
export const transferKeyOf = (requestCode: string): string => (OWN_KEY.has(requestCode) ? requestCode : 'other');

const KNOWN: ReadonlySet<string> = new Set(Object.values(REQUEST));

/** Codes that no document names follow `unknown:`, so that an invented one is no label of ours. */
function operationOf(requestCode: string): string {
  if (requestCode === '') return 'missing';
  return KNOWN.has(requestCode) ? requestCode : `unknown:${requestCode}`;
}

const mayTransfer = (request: EbknRequest): boolean =>
  request.requestCode !== '' && request.blockNumber !== undefined && !isPlainJson(request) && !isPoll(request);

/** Who speaks, and about what. Source: protocols/ebkn-fkweb.md §1.3, §3.2. Reads the body only for the JSON envelope. */
export function identify(input: WireInput): Identity {
  const request = readRequest(input);
  const { devId, requestCode } = request;
  const base = { operation: operationOf(requestCode), isPoll: isPoll(request), sharedKey: request.token };
  if (request.isContradictory) return { ...base, serialNumber: undefined, problem: 'contradictory' };
  if (devId === undefined || devId === '') return { ...base, serialNumber: undefined, problem: 'missing' };
  if (!DEV_ID.test(devId)) return { ...base, serialNumber: undefined, problem: 'malformed' };
  const identity = { ...base, serialNumber: asSerialNumber(devId) };
  return mayTransfer(request) ? { ...identity, transferKey: transferKeyOf(requestCode) } : identity;
}
