import { digestOf, type Instant } from '@biolistener/core';
import type { Vault } from '@biolistener/security';
import type { QuarantinedItem, QuarantinedRequest } from '@biolistener/store';
import type { Identity, WireInput } from '@biolistener/wire';
import { z } from 'zod';

/** Longest head that is kept beside a body. */
const packedHead = z.object({
  method: z.string(),
  target: z.string(),
  httpVersion: z.string(),
  headers: z.array(z.string()),
  remoteAddress: z.string(),
});

/** Shape: 4-byte little-endian length of the head, the head as JSON, the body as it came. */
export function packRequest(input: WireInput): Buffer {
  const { body, ...head } = input;
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, body]);
}

/** The inverse of `packRequest`. Errors: throws when the bytes were not packed by it. */
export function unpackRequest(bytes: Uint8Array): WireInput {
  const buffer = Buffer.from(bytes);
  const end = 4 + buffer.readUInt32LE(0);
  const head = packedHead.parse(JSON.parse(buffer.toString('utf8', 4, end)));
  return { ...head, body: buffer.subarray(end) };
}

/** A request of a terminal that nobody approved, sealed whole. The digest ignores headers: a resend is the same item. */
export function quarantineOf(
  input: WireInput,
  identity: Identity & { readonly serialNumber: QuarantinedRequest['serialNumber'] },
  brand: string,
  receivedAt: Instant,
  vault: Vault,
): QuarantinedRequest {
  return {
    serialNumber: identity.serialNumber,
    brand,
    operation: identity.operation,
    remoteAddress: input.remoteAddress,
    receivedAt,
    digest: digestOf(Buffer.concat([Buffer.from(`${input.method} ${identity.operation}\n`), input.body])),
    size: input.body.length,
    sealed: vault.seal('quarantine', packRequest(input)),
  };
}

export const openQuarantined = (item: QuarantinedItem, vault: Vault): WireInput =>
  unpackRequest(vault.open('quarantine', item.sealed));
