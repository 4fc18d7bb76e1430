import { asSerialNumber, type Pin } from '@biolistener/core';
import { findBrand } from '@biolistener/brands';
import type { ReadTemplates } from '@biolistener/erpnext';

/** As a terminal would answer `GET_USER_INFO`: the file is the body of such an answer. */
const HEADERS = ['request_code', 'send_cmd_result', 'dev_id', 'IMPORT', 'trans_id', '1', 'cmd_return_code', 'OK'];
const TERMINAL = { serialNumber: asSerialNumber('IMPORT'), profile: {}, stamps: {} };

/** Templates of an enrolment file, by the brand's own decoder. The file names no library, so it may be that none can take them. */
export function readEbknFile(bytes: Uint8Array, pin: Pin): ReadTemplates {
  const head = { method: 'POST', target: '/', httpVersion: '1.1', remoteAddress: '', headers: HEADERS };
  const decoded = findBrand('ebkn')?.decode({ ...head, body: bytes }, { now: Date.now(), terminal: TERMINAL });
  const templates = (decoded?.events ?? []).flatMap((event) =>
    event.kind === 'template' ? [{ ...event.template, pin }] : [],
  );
  const skipped = (decoded?.parked ?? []).map(({ reason, detail }) => `${reason}: ${detail}`);
  if (templates.length === 0 && skipped.length === 0) skipped.push('the file holds no template that is read here');
  return { templates, skipped };
}
