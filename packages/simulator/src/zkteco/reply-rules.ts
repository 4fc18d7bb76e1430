import { countHeader, exactHeader, type RawReply } from '../reply-reader.ts';

/** What a request was, so far as the rules for its reply depend on it. */
export interface Expectation {
  readonly operation: string;
  readonly shape: 'handshake' | 'poll' | 'counted' | 'ok' | 'photo' | 'result' | 'time';
  readonly serialNumber: string;
  readonly closes: boolean;
  /** Non-blank lines that went up. */
  readonly records?: number;
  readonly isTft?: boolean;
}

const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const FORBIDDEN_HEADERS = ['Transfer-Encoding', 'Content-Encoding', 'Location', 'Set-Cookie'] as const;
const show = (text: string): string => JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);

/** The rules of protocols/zkteco-push.md §1.5 that hold for every reply, good or bad. One sentence per breach. */
export function transportBreaches(reply: RawReply, closes: boolean): string[] {
  const breaches: string[] = [];
  const must = (isKept: boolean, sentence: string): void => {
    if (!isKept) breaches.push(sentence);
  };
  must(/^HTTP\/1\.[01] \d{3} /.test(reply.statusLine), `T1: the status line is ${show(reply.statusLine)}`);
  must(reply.headBytes < 2048, `T2: the header block has ${reply.headBytes} bytes, 2048 is too much`);
  const longest = Math.max(0, ...reply.headerLines.map((line) => line.length));
  must(longest < 1024, `T2: a header line has ${longest} bytes, 1024 is too much`);
  const type = exactHeader(reply, 'Content-Type');
  must(type?.includes('text/plain') === true, `T3: Content-Type must hold text/plain, it is ${show(type ?? 'absent')}`);
  const date = exactHeader(reply, 'Date');
  must(date !== undefined && HTTP_DATE.test(date), `T4: Date must be RFC 1123 GMT, it is ${show(date ?? 'absent')}`);
  must(countHeader(reply, 'Content-Length') === 1, 'T5: there must be exactly one Content-Length');
  must(exactHeader(reply, 'Content-Length') !== undefined, 'T5: Content-Length must stand in exactly this case');
  must(reply.isWhole, 'T5: the body is shorter than Content-Length says');
  must(reply.excessBytes === 0, `T5: ${reply.excessBytes} bytes came after the announced body`);
  for (const name of FORBIDDEN_HEADERS) must(countHeader(reply, name) === 0, `T5/T6: ${name} must not be sent`);
  must(!reply.hadInterim, 'T6: a 1xx reply was sent without being asked for');
  must(!closes || reply.isClosed, 'T7: the connection was not closed after a reply to a closing request');
  must(reply.body.length > 0, 'T9: the body is empty');
  return breaches;
}

/** Every breach in one reply: transport, then the body by what was asked (§2.3, §3.1, §4.1). */
export function replyBreaches(reply: RawReply, expected: Expectation): string[] {
  const breaches = transportBreaches(reply, expected.closes);
  const body = reply.body.toString('utf8');
  if (reply.status === 200) breaches.push(...bodyBreaches(body, expected));
  else if (body.includes('OK')) breaches.push(`§3.1: a reply with status ${reply.status} says OK: ${show(body)}`);
  if (reply.status >= 300 && reply.status < 400) breaches.push('§1.1: terminals follow no redirect');
  return breaches;
}

function bodyBreaches(body: string, expected: Expectation): string[] {
  const only = (isKept: boolean, sentence: string): string[] => (isKept ? [] : [`${sentence}, it is ${show(body)}`]);
  switch (expected.shape) {
    case 'handshake':
      return handshakeBreaches(body, expected);
    case 'poll':
      return pollBreaches(body);
    case 'counted':
      return only(body === `OK: ${expected.records ?? 0}`, `§3.1: the reply must be "OK: ${expected.records ?? 0}"`);
    case 'photo':
      return only(body === 'OK' || body === 'OK: 1', '§3.1: the reply to a photo must be OK');
    case 'time':
      return only(
        /^Time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d\n$/.test(body),
        '§5.2: the reply must be Time=<ISO with offset>',
      );
    case 'ok':
    case 'result':
      return only(body === 'OK', '§3.1: the reply must be exactly OK');
  }
}

/** Keys as devices spell them; another case is silently ignored there (§2.3). */
const KNOWN_KEYS = [
  ...['Stamp', 'OpStamp', 'PhotoStamp', 'ATTLOGStamp', 'OPERLOGStamp', 'ATTPHOTOStamp', 'BIODATAStamp', 'IDCARDStamp'],
  ...['ERRORLOGStamp', 'USERINFOStamp', 'FINGERTMPStamp', 'FACETMPStamp', 'ErrorDelay', 'Delay', 'TransTimes'],
  ...['TransInterval', 'TransFlag', 'TimeZone', 'Realtime', 'Encrypt', 'EncryptFlag', 'ServerVer', 'PushProtVer'],
  ...['PushOptionsFlag', 'PushOptions', 'MaxPostSize', 'Timeout', 'SyncTime', 'ATTPHOTOBase64', 'IRTempUnitTrans'],
  ...['MultiBioDataSupport', 'MultiBioPhotoSupport', 'BioPhotoFun', 'BioDataFun', 'VisilightFun'],
];
const KEY_BY_LOWER = new Map(KNOWN_KEYS.map((key) => [key.toLowerCase(), key]));
const NEVER = /^(?:ResLogDay|ResLogCount|ResLogDelCount|ICLOCKSVRURL)$/i;

function handshakeBreaches(body: string, expected: Expectation): string[] {
  const lines = body.split('\n');
  const breaches: string[] = [];
  const must = (isKept: boolean, sentence: string): void => {
    if (!isKept) breaches.push(`§2.3: ${sentence}`);
  };
  must(lines[0] === `GET OPTION FROM: ${expected.serialNumber}`, `the first line is ${show(lines[0] ?? '')}`);
  must(lines.at(-1) === '', 'the last line must end with LF');
  for (const line of lines.slice(1, -1)) {
    const key = line.split('=', 1)[0] ?? '';
    const value = line.slice(key.length + 1);
    const known = KEY_BY_LOWER.get(key.toLowerCase());
    must(line.length < 2048, `the line of ${key} is longer than 2047 bytes`);
    must(known === undefined || known === key, `${key} must be spelt ${known ?? ''}`);
    must(!NEVER.test(key), `${key} must never be sent`);
    if (/Stamp$/.test(key)) must(/^[0-9T:-]+$/.test(value), `${key} is no stamp that a device issued: ${show(value)}`);
    if (key === 'TimeZone') must(isZoneText(value, expected.isTft === true), `TimeZone=${value} is misread (§2.5)`);
    if (key === 'TransFlag')
      must(isFlagText(value, expected.isTft === true), `TransFlag needs TABs (§2.4): ${show(value)}`);
  }
  must(
    lines.some((line) => /^(?:Stamp|ServerVer)=/.test(line)),
    'neither Stamp= nor ServerVer= is there',
  );
  return breaches;
}

const isZoneText = (value: string, isTft: boolean): boolean =>
  isTft ? /^[+-]\d{2}:\d{2}$/.test(value) || /^-?\d+$/.test(value) : /^-?\d+$/.test(value);

function isFlagText(value: string, isTft: boolean): boolean {
  if (/^1{10,}$/.test(value)) return true;
  const names = value.replace(/^TransData /, '');
  return (isTft || names !== value) && /^\w+(?:\t\w+)*$/.test(names);
}

/** Breaches in the reply to a poll, in every dialect (§4.1). */
export function pollBreaches(body: string): string[] {
  if (body === 'OK' || body.length === 0) return []; // the empty body is told by T9
  if (!body.startsWith('C:')) return [`§4.1: an idle poll is answered with exactly OK, not ${show(body)}`];
  const breaches: string[] = [];
  if (!body.endsWith('\n')) breaches.push('§4.1: the last command has no line end and is never executed');
  if (body.length > 900_000) breaches.push(`§4.1: ${body.length} bytes of commands in one reply`);
  for (const line of body.split('\n').filter((each) => each !== '')) {
    if (!/^C:[A-Za-z0-9]{1,16}:.+$/.test(line)) breaches.push(`§4.1: this is no command: ${show(line)}`);
    if (/^C:[^:]*:\s*shell\b/i.test(line)) breaches.push('§4.4: SHELL must never be sent');
    if (/^C:[^:]*:DATA DELETE \S+\s*$/.test(line)) breaches.push(`§4.3: a DELETE without its key: ${show(line)}`);
  }
  return breaches;
}
