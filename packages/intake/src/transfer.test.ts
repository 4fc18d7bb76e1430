import { expect, test } from '@jest/globals';
import { createVault, keyringOfText } from '@biolistener/security';
import { openTransferOf, transferOf } from './transfer.ts';

const vault = createVault(keyringOfText('5c'.repeat(32)));
const half = { key: 'k', lastBlock: 1, bytes: Buffer.from('half a finger'), memo: { total: 2 } };

test('half a message lies sealed in the store, and is whole again for whoever has the key', () => {
  const put = transferOf({ kind: 'put', transfer: half }, vault);
  if (put.kind !== 'put') throw new Error('nothing to put');
  expect(Buffer.from(put.bytes).includes('half')).toBe(false);
  expect(openTransferOf({ ...put, touchedAt: 5 }, vault)).toEqual({ ...half, kind: 'put', touchedAt: 5 });
});

test.each([
  ['of an older version', vault, Buffer.from('half a finger in the open')],
  ['of a key that is gone', createVault(keyringOfText('6d'.repeat(32))), undefined],
  ['of no bytes at all', vault, Buffer.alloc(0)],
])('a message %s begins again', (_which, reader, bytes) => {
  const put = transferOf({ kind: 'put', transfer: half }, vault);
  const stored = { ...half, bytes: bytes ?? (put.kind === 'put' ? put.bytes : Buffer.alloc(0)), touchedAt: 5 };
  expect(openTransferOf(stored, reader)).toBeUndefined();
});

test('a message that is over is dropped', () => {
  expect(transferOf({ kind: 'drop', key: 'k' }, vault)).toEqual({ kind: 'drop', key: 'k' });
});
