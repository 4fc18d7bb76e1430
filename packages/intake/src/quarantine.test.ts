import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { QuarantinedItem } from '@biolistener/store';
import type { WireInput } from '@biolistener/wire';
import { identityOf, inputOf, SN, T0, vault } from '../../../apps/listener/test/kit.ts';
import { openQuarantined, packRequest, quarantineOf, unpackRequest } from './quarantine.ts';

const requests = fc.record({
  method: fc.string(),
  target: fc.string({ unit: 'grapheme' }),
  httpVersion: fc.constantFrom('1.0', '1.1'),
  headers: fc.array(fc.string({ unit: 'grapheme' })),
  remoteAddress: fc.string(),
  body: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
});

const item = (input: WireInput) => quarantineOf(input, { ...identityOf(), serialNumber: SN }, 'paper', T0, vault);

test('a request that is packed and unpacked is the same, byte for byte', () => {
  fc.assert(fc.property(requests, (input) => expect(unpackRequest(packRequest(input))).toEqual(input)));
});

test('bytes that were not packed so are refused, wherever they are cut', () => {
  const packed = packRequest(inputOf({ body: Buffer.alloc(0) }));
  for (let end = 0; end < packed.length; end += 1) expect(() => unpackRequest(packed.subarray(0, end))).toThrow();
  expect(() => unpackRequest(Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from('{}')]))).toThrow();
});

test('what is kept of a stranger is sealed whole, and opens to the request', () => {
  const input = inputOf({ headers: ['Cookie', 's3cret-cookie'], body: Buffer.from('s3cret-body') });
  const kept = item(input);
  expect(kept).toMatchObject({ serialNumber: SN, brand: 'paper', operation: 'paper/lines', receivedAt: T0, size: 11 });
  expect(Buffer.from(kept.sealed.bytes).toString('latin1')).not.toContain('s3cret');
  expect(JSON.stringify({ ...kept, sealed: undefined })).not.toContain('s3cret');
  const stored: QuarantinedItem = { ...kept, id: 1, count: 1 };
  expect(openQuarantined(stored, vault)).toEqual(input);
});

test('the same records again are the same item, whatever the headers say; other records are another', () => {
  const first = item(inputOf());
  expect(item(inputOf({ headers: ['Date', 'later'], remoteAddress: '192.0.2.99' })).digest).toBe(first.digest);
  expect(item(inputOf({ body: Buffer.from('other\n') })).digest).not.toBe(first.digest);
  expect(item(inputOf({ method: 'PUT' })).digest).not.toBe(first.digest);
});
