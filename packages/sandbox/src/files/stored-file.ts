import type { Transaction } from '../transaction.ts';
import { FILE_BYTES } from '../transaction.ts';
import { textOf } from '../document.ts';

/** A file as it is given out. */
export class StoredFile {
  readonly url: string;
  readonly bytes: Buffer;

  constructor(url: string, bytes: Buffer) {
    this.url = url;
    this.bytes = bytes;
  }
}

export function bytesAt(tx: Transaction, url: string): Buffer | undefined {
  const row = tx.find(FILE_BYTES, url);
  return row === undefined || textOf(row, 'name') !== url ? undefined : Buffer.from(textOf(row, 'content'), 'base64');
}

export const putBytes = (tx: Transaction, url: string, bytes: Buffer): void =>
  tx.put(FILE_BYTES, url, { name: url, content: bytes.toString('base64') });

export const removeBytes = (tx: Transaction, url: string): void => tx.remove(FILE_BYTES, url);
