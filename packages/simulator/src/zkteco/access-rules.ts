import { exactHeader, type RawReply } from '../reply-reader.ts';
import { pollBreaches, transportBreaches } from './reply-rules.ts';

/** What a request of a terminal in access mode was, so far as its reply depends on it. */
export interface AccessExpectation {
  readonly operation: string;
  readonly shape: 'handshake' | 'registry' | 'push' | 'time' | 'poll' | 'ok' | 'table';
  readonly closes: boolean;
  /** Of uploads that are answered `<table>=<n>`. */
  readonly table?: string;
  readonly records?: number;
}

const show = (text: string): string => JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);

const SHAPES: Readonly<Record<Exclude<AccessExpectation['shape'], 'poll' | 'table' | 'push'>, RegExp>> = {
  handshake: /^(?:OK$|registry=ok)/,
  registry: /^RegistryCode=[A-Za-z0-9]{1,32}$/,
  time: /^DateTime=\d{1,10},ServerTZ=[+-]\d{4}$/,
  ok: /^OK$/,
};

/** Keys without which a configuration is none (protocols/zkteco-push.md §2.9). */
const NEEDED = ['ServerVersion', 'PushVersion', 'PushProtVer', 'RequestDelay', 'TransTables', 'Realtime', 'SessionID'];

/** Every breach in one reply to a terminal in access mode (§1.5, §2.9, §3.1, §4.1, §5.2). */
export function accessBreaches(reply: RawReply, expected: AccessExpectation): string[] {
  const breaches = transportBreaches(reply, expected.closes).filter((each) => !each.startsWith('T3'));
  const type = exactHeader(reply, 'Content-Type') ?? 'absent';
  if (!/text\/plain|application\/push/.test(type)) breaches.push(`T3: Content-Type is ${show(type)}`);
  const body = reply.body.toString('utf8');
  if (reply.status === 200) return [...breaches, ...bodyBreaches(body, expected)];
  return body.includes('OK') ? [...breaches, `§3.1: a reply with status ${reply.status} says OK`] : breaches;
}

function bodyBreaches(body: string, expected: AccessExpectation): string[] {
  const { shape, table, records } = expected;
  switch (shape) {
    case 'poll':
      return pollBreaches(body);
    case 'table':
      return body === `${table}=${records}` ? [] : [`§3.1: the reply must be ${table}=${records}, it is ${show(body)}`];
    case 'push': {
      const lines = body.split('\n');
      const missing = NEEDED.filter((key) => !lines.some((line) => line.startsWith(`${key}=`)));
      const open = lines.at(-1) === '' ? [] : ['§2.9: the last line must end with LF'];
      return [...missing.map((key) => `§2.9: ${key} is missing`), ...open];
    }
    default:
      return SHAPES[shape].test(body) ? [] : [`the reply to ${expected.operation} must not be ${show(body)}`];
  }
}

/** Whether firmware takes a reply as success: `<table>=<n>` to the letter, a code, anything with OK in it. */
export function isAccepted(reply: RawReply, { shape, table, records }: AccessExpectation): boolean {
  if (reply.status !== 200 || !reply.isWhole) return false;
  const body = reply.body.toString('latin1');
  switch (shape) {
    case 'table':
      return body === `${table}=${records}`;
    case 'registry':
      return SHAPES.registry.test(body);
    case 'push':
      return body.includes('SessionID=');
    case 'ok':
    case 'handshake':
      return body.includes('OK') || body.startsWith('registry=ok');
    default:
      return true;
  }
}
