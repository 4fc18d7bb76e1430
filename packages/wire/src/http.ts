/** Header names and values alternating, as they stood on the wire: case, order and repetition kept. */
export type RawHeaders = readonly string[];

/** The first lines of a request, before its body. */
export interface RequestHead {
  readonly method: string;
  /** The request target exactly as sent: `//`, absolute form, unescaped. */
  readonly target: string;
  /** `1.0` or `1.1`. */
  readonly httpVersion: string;
  readonly headers: RawHeaders;
  /** The terminal's address as our own proxy saw it. */
  readonly remoteAddress: string;
}

export interface WireInput extends RequestHead {
  /** Exactly the bytes of the body. */
  readonly body: Uint8Array;
}

/** A reply, byte for byte: header names keep their case and order. */
export interface WireOutput {
  readonly status: number;
  readonly headers: RawHeaders;
  readonly body: Uint8Array;
}

/** Whether a header as sent is the one of this name, which is lower case. Most differ in length, and are not looked at further. */
export const isHeader = (sent: string, name: string): boolean =>
  sent.length === name.length && sent.toLowerCase() === name;

/** The first value of a header, by name in any case. A second one with another value is a contradiction: see `headerValues`. */
export function headerOf(headers: RawHeaders, name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const field = headers[i];
    if (field !== undefined && isHeader(field, name)) return headers[i + 1];
  }
  return undefined;
}

/** Every different value of a header, in order. `name` is lower case. */
export function headerValues(headers: RawHeaders, name: string): string[] {
  const values = new Set<string>();
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (isHeader(headers[i] ?? '', name)) values.add((headers[i + 1] ?? '').trim());
  }
  return [...values];
}
