import { asSerialNumber } from '@biolistener/core';
import type { Identity, RequestHead, WireInput } from '@biolistener/wire';

/**
 * What the peer client read is put into the shape of a request, so that it can be kept, decoded and read again like every
 * other message. No HTTP parser lets this method through, so nobody outside can say it.
 */
export const METHOD = 'PULL';

export const OPERATIONS = ['events', 'user', 'result', 'device'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Device ids are decimal, up to 2^32 (protocols/suprema.md §2); 0 stands for the server itself. */
export const isDeviceId = (text: string): boolean => /^[1-9]\d{0,9}$/.test(text) && Number(text) <= 0xffff_ffff;

const TARGET = /^\/suprema\/([a-z]+)\/(\d{1,10})$/;

export function readTarget(target: string): { readonly operation: Operation; readonly deviceId: string } | undefined {
  const [, word, deviceId = ''] = TARGET.exec(target) ?? [];
  const operation = OPERATIONS.find((each) => each === word);
  return operation && isDeviceId(deviceId) ? { operation, deviceId } : undefined;
}

/** What was read from a server about one device, as a message of that device. */
export function inputOf(operation: Operation, deviceId: string, host: string, content: object): WireInput {
  return {
    method: METHOD,
    target: `/suprema/${operation}/${deviceId}`,
    httpVersion: '1.1',
    headers: [],
    remoteAddress: host,
    body: Buffer.from(JSON.stringify(content)),
  };
}

export const claims = (head: RequestHead): boolean => head.method === METHOD && head.target.startsWith('/suprema/');

export function identify(input: WireInput): Identity {
  const read = readTarget(input.target);
  if (!read) return { serialNumber: undefined, problem: 'malformed', operation: 'unknown', isPoll: false };
  return { serialNumber: asSerialNumber(read.deviceId), operation: read.operation, isPoll: false };
}
