/** Which character set a text turned out to be in. */
export type Charset = 'utf-8' | 'gb18030' | 'latin1';

export interface DecodedText {
  readonly text: string;
  readonly charset: Charset;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
const strictGb18030 = new TextDecoder('gb18030', { fatal: true });

/**
 * Text of bytes from a terminal: strict UTF-8, else GB18030, else Latin-1. No byte is ever dropped.
 * Source: protocols/zkteco-push.md §1.4.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  try {
    return { text: strictUtf8.decode(bytes), charset: 'utf-8' };
  } catch {
    // not UTF-8: the next set is tried
  }
  try {
    return { text: strictGb18030.decode(bytes), charset: 'gb18030' };
  } catch {
    return { text: Buffer.from(bytes).toString('latin1'), charset: 'latin1' };
  }
}
