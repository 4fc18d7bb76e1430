import { describe, expect, test } from '@jest/globals';
import { readMultipart } from './multipart.ts';

const TYPE = 'multipart/form-data; boundary="xyz"';
const body = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('a multipart body', () => {
  test('holds fields and a file, whose bytes stay as they are', () => {
    const text =
      '--xyz\r\nContent-Disposition: form-data; name="is_private"\r\n\r\n1\r\n' +
      '--xyz\r\nContent-Disposition: form-data; name="file"; filename="a b.bin"\r\nContent-Type: x/y\r\n\r\n\r\n-\x00\xff\r\n\r\n' +
      '--xyz--\r\n';
    const { fields, upload } = readMultipart(TYPE, body(text));
    expect(fields).toEqual({ is_private: '1' });
    expect(upload).toEqual({ fileName: 'a b.bin', bytes: body('\r\n-\x00\xff\r\n') });
  });

  test.each(['', '--xyz', '--xyz\r\nno blank line', '--xyz\r\n\r\n--xyz--', '--other\r\n\r\nx\r\n--other--'])(
    '%j has nothing to read and does no harm',
    (text) => {
      expect(readMultipart(TYPE, body(text))).toEqual({ fields: {} });
      expect(readMultipart('multipart/form-data', body(text))).toEqual({ fields: {} });
    },
  );
});
