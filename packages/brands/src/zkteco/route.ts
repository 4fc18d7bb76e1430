import type { RequestHead } from '@biolistener/wire';
import { LINE_TABLES } from './codes.ts';
import { parameterOf, readTarget, type ZkTarget } from './target.ts';

/** What a request asks for, from its head alone (protocols/zkteco-push.md §1.2). */
export type RouteKind =
  | 'handshake'
  | 'poll'
  | 'ping'
  | 'upload' // POST of a table, or without one: then `table` is empty
  | 'results'
  | 'remote-user'
  | 'time'
  | 'self-service'
  | 'verify'
  | 'verified'
  | 'exchange'
  | 'event'
  | 'test'
  | 'security' // the SEC dialect
  | 'file'
  | 'unknown';

export interface Route {
  readonly kind: RouteKind;
  /** For logs, metrics and limits; words that a terminal made up follow `unknown:`. */
  readonly operation: string;
  /** Canonical name of the table of an upload; as sent when it is not a known one. */
  readonly table: string;
  readonly target: ZkTarget;
  /** GET and HEAD: a request that stores nothing. */
  readonly isRead: boolean;
}

const SECURITY_TABLES = new Set(['rtlog', 'rtstate', 'tabledata']);
const OTHER_TABLES = ['ATTPHOTO', 'options', 'FPImage'];

const PRINTABLE = /[^\x21-\x7e]/g;
/** A word from the wire, made safe for a log line. */
const wordOf = (text: string): string => text.slice(0, 48).replace(PRINTABLE, '?');

interface Table {
  /** As the documents spell it. */
  readonly name: string;
  readonly operation: string;
}

/** Known tables in lower case, and as the documents spell them. Made once: a text put together for each upload is hashed anew wherever it is looked up. */
const TABLES: ReadonlyMap<string, Table> = new Map(
  [...OTHER_TABLES, ...Array.from(LINE_TABLES.keys(), (name) => name.toUpperCase())].flatMap((name) => {
    const table = { name, operation: `cdata/${name}` };
    return [[name.toLowerCase(), table] as const, [name, table] as const];
  }),
);

/** A table that this brand reads, in any case. */
const tableOf = (text: string): Table | undefined => TABLES.get(text) ?? TABLES.get(text.toLowerCase());

/** Who identifies and who decodes ask about the same request, one after the other. */
let last: { readonly method: string; readonly route: Route } | undefined;

/** Sorts a request by its head; cheap for polls. */
export function routeOf(head: RequestHead): Route {
  const target = readTarget(head.target);
  if (last?.route.target !== target || last.method !== head.method)
    last = { method: head.method, route: findRoute(head, target) };
  return last.route;
}

function findRoute(head: RequestHead, target: ZkTarget): Route {
  const isRead = head.method === 'GET' || head.method === 'HEAD';
  const route = (kind: RouteKind, operation: string, table = ''): Route => ({ kind, operation, table, target, isRead });
  switch (target.endpoint) {
    case 'getrequest':
      return route('poll', 'getrequest');
    case 'ping':
      return route('ping', 'ping');
    case 'cdata':
    case 'edata':
      return isRead ? readRoute(target, route) : uploadRoute(head, target, route);
    case 'fdata':
      return isRead || head.method !== 'POST' ? unknown(target, route) : route('upload', 'fdata', 'ATTPHOTO');
    case 'devicecmd':
    case 'devicemd': // misspelt in one server, and harmless (§1.2)
      return head.method === 'POST' ? route('results', 'devicecmd') : unknown(target, route);
    case 'registry':
    case 'push':
    case 'rtdata':
      return route('security', target.endpoint);
    case 'querydata':
      return route('security', 'querydata', wordOf(parameterOf(target, 'tablename') ?? ''));
    case 'exchange':
      return route('exchange', 'exchange');
    case 'event':
      return route('event', 'event');
    case 'test':
      return isRead ? route('test', 'test') : unknown(target, route);
    case 'file':
    case 'downloadfile':
      return route('file', 'file');
    default:
      return unknown(target, route);
  }
}

type MakeRoute = (kind: RouteKind, operation: string, table?: string) => Route;

function unknown(target: ZkTarget, route: MakeRoute): Route {
  return route('unknown', `unknown:${wordOf(target.path)}`, `path:${wordOf(target.path)}`);
}

/** GET cdata: a handshake, unless another question is asked (§1.2, §1.3). */
function readRoute(target: ZkTarget, route: MakeRoute): Route {
  if (parameterOf(target, 'options') !== undefined) return route('handshake', 'cdata/handshake');
  const table = parameterOf(target, 'table')?.toLowerCase();
  const type = parameterOf(target, 'type')?.toLowerCase();
  if (type === 'time') return route('time', 'cdata/time');
  if (table === 'remoteatt') return route('remote-user', 'cdata/RemoteAtt');
  if (type !== undefined || table !== undefined) return route('self-service', 'cdata/question');
  if (parameterOf(target, 'pin') !== undefined) return route('remote-user', 'cdata/PIN');
  return route('handshake', 'cdata/handshake');
}

function uploadRoute(head: RequestHead, target: ZkTarget, route: MakeRoute): Route {
  if (head.method !== 'POST') return unknown(target, route);
  const asked = parameterOf(target, 'table');
  if (asked === undefined || asked === '') return tablelessRoute(target, route);
  if (SECURITY_TABLES.has(asked.toLowerCase())) {
    const named = parameterOf(target, 'tablename') ?? '';
    return route('security', `cdata/${asked.toLowerCase()}`, wordOf(named === '' ? asked : named));
  }
  const known = tableOf(asked);
  return known
    ? route('upload', known.operation, known.name)
    : route('upload', `cdata/unknown:${wordOf(asked)}`, wordOf(asked));
}

/** POST cdata without a table: a question, an old upload that its stamp names, or lines that must be sniffed (§3.1). */
function tablelessRoute(target: ZkTarget, route: MakeRoute): Route {
  if (parameterOf(target, 'authtype') !== undefined) return route('verify', 'cdata/AuthType');
  if (parameterOf(target, 'type')?.toLowerCase() === 'postverifydata') return route('verified', 'cdata/PostVerifyData');
  if (parameterOf(target, 'opstamp') !== undefined) return route('upload', 'cdata/OPERLOG', 'OPERLOG');
  if (parameterOf(target, 'photostamp') !== undefined) return route('upload', 'cdata/ATTPHOTO', 'ATTPHOTO');
  return route('upload', 'cdata/sniff');
}

/** Whether a table is one that this brand reads. */
export const isKnownTable = (table: string): boolean => tableOf(table) !== undefined;
