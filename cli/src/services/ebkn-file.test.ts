import { expect, test } from '@jest/globals';
import { asPin } from '@biolistener/core';
import { readEbknFile } from './ebkn-file.ts';

const section = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
};

const features = Buffer.alloc(600, 5);
const json = { user_id: '7', user_name: 'N', enroll_data_array: [{ backup_number: 3, enroll_data: 'BIN_1' }] };
const file = Buffer.concat([section(Buffer.from(`${JSON.stringify(json)}\0`)), section(features)]);

test('templates of a file are read by the decoder of the brand, for the PIN that the site says', () => {
  const { templates, skipped } = readEbknFile(file, asPin('0007'));
  expect(skipped).toEqual([]);
  expect(templates).toMatchObject([{ pin: '0007', kind: 'fingerprint', no: 3 }]);
  expect(Buffer.from(templates[0]?.data ?? [])).toEqual(features);
});

test('a file that is none is told, without its bytes', () => {
  const { templates, skipped } = readEbknFile(Buffer.from('secret bytes of somebody'), asPin('7'));
  expect(templates).toEqual([]);
  expect(skipped.length).toBeGreaterThan(0);
  expect(skipped.join()).not.toContain('secret');
});
