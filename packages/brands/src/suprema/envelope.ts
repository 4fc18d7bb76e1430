import { fieldsOf, isFields, parseJson, textOf, type Fields } from './values.ts';

/** What a reply says about itself. `code` decides, never the HTTP status (protocols/suprema.md §1.1). */
export interface Envelope {
  readonly code: string;
  readonly message: string;
  readonly body: Fields;
}

export const CODE = {
  success: '0',
  loginRequired: '10',
  notSupported: '103',
  userNotFound: '201',
  referenceUndefined: '65717',
} as const;

/** Undefined when it is not JSON of this server: a page of a proxy, or of a server that is starting. */
export function readEnvelope(text: string): Envelope | undefined {
  const body = parseJson(text);
  if (!isFields(body) || !isFields(body['Response'])) return undefined;
  const response = fieldsOf(body['Response']);
  const code = textOf(response['code']);
  if (code === undefined) return undefined;
  return { code, message: (textOf(response['message']) ?? '').slice(0, 200), body };
}

/** The answer to the first frame on the socket. Undefined for any other frame. */
export const readBinding = (text: string): { readonly isBound: boolean; readonly code: string } | undefined => {
  const envelope = readEnvelope(text);
  return envelope && { isBound: envelope.code === CODE.success, code: envelope.code };
};

/** The event of a socket frame; frames without one are to be ignored (§5). */
export function readEventFrame(text: string): Fields | undefined {
  const frame = parseJson(text);
  const event = isFields(frame) ? frame['Event'] : undefined;
  return isFields(event) ? event : undefined;
}
