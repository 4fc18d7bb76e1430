import type { JsonObject } from '@biolistener/core';
import { jsonOfBase64 } from './attlog-variant.ts';
import { emitOperation, park, type Collector } from './collector.ts';
import type { Fields } from './fields.ts';
import { textOf } from './field-text.ts';

/** National identity data: kept whole, unread and never shown (protocols/zkteco-push.md §3.8). */
export function readIdCard(into: Collector, raw: Uint8Array): void {
  park(into, 'ZK_IDCARD_KEPT', 'identity card data, kept unread', raw);
}

/** ERRORLOG, WORKCODE and SMS lines: something for the terminal's history, no person's secret. */
export function readMisc(into: Collector, word: string, fields: Fields, raw: Uint8Array): void {
  const said = (key: string): string => textOf(fields.get(key) ?? '').slice(0, 2000);
  if (word === 'ERRORLOG') return readErrorlog(into, said, raw);
  const code = word === 'SMS' ? said('uid') : said('code');
  const details = Object.fromEntries(Array.from(fields.keys(), (key) => [key, said(key)]));
  const source = word.toLowerCase();
  emitOperation(into, {
    source,
    code,
    wallTime: undefined,
    isAlert: false,
    details,
    key: [source, JSON.stringify(details)],
  });
}

/** `ErrCode= ErrMsg= DataOrigin= CmdId= Additional=<base64 JSON>`; with origin `cmd` it says why a command failed (§3.8). */
function readErrorlog(into: Collector, said: (key: string) => string, raw: Uint8Array): void {
  const code = said('errcode');
  if (code === '') {
    park(into, 'ZK_FIELD_MISSING', 'an error without a code', raw);
    return;
  }
  const additional = said('additional');
  const decoded: JsonObject | undefined = jsonOfBase64(additional);
  emitOperation(into, {
    source: 'errorlog',
    code,
    wallTime: undefined,
    isAlert: false,
    details: {
      message: said('errmsg'),
      origin: said('dataorigin'),
      ...(said('cmdid') === '' ? {} : { commandId: said('cmdid') }),
      ...(decoded ? { additional: decoded } : additional === '' ? {} : { additionalText: additional }),
    },
    key: ['errorlog', code, said('cmdid'), additional],
  });
}
