import type { IncomingMessage } from 'node:http';
import { isHeader, type RawHeaders, type RequestHead } from '@biolistener/wire';

/** Headers that only our own proxy may set; from anybody else they are ignored. */
const OURS = 'x-biolistener-';

/** What our proxy says of the terminal in front of it. */
interface ProxyWords {
  address?: string;
  version?: string;
  /** Empty: the terminal said nothing of its connection. */
  connection?: string;
}

/** As our proxy spells them (`nginx/`), and in lower case: nearly always a name is found as it stands. */
const WORDS: ReadonlyMap<string, keyof ProxyWords> = new Map(
  (
    [
      ['X-Biolistener-Address', 'address'],
      ['X-Biolistener-Request-Version', 'version'],
      ['X-Biolistener-Client-Connection', 'connection'],
    ] as const
  ).flatMap(([name, word]) => [[name, word] as const, [name.toLowerCase(), word] as const]),
);

/** What stood on the wire between the terminal and our proxy; the proxy's own word replaces its own connection. */
export function headOf(req: IncomingMessage, isProxied: boolean): RequestHead {
  const words: ProxyWords = {};
  const headers = isProxied ? behindProxy(req.rawHeaders, words) : withoutOurs(req.rawHeaders);
  return {
    method: req.method ?? 'GET',
    target: req.url ?? '/',
    httpVersion: words.version === undefined ? req.httpVersion : versionOf(words.version),
    headers,
    remoteAddress: words.address ?? req.socket.remoteAddress ?? '',
  };
}

const versionOf = (word: string): string => (word === 'HTTP/1.1' ? '1.1' : word.replace('HTTP/', ''));

/** What a header of ours says; `other`: nothing that is known. Most names are shorter, and this runs for every header of every poll. */
function wordOf(name: string): keyof ProxyWords | 'other' | undefined {
  if (name.length < OURS.length) return undefined;
  const usual = WORDS.get(name);
  if (usual !== undefined) return usual;
  const lower = name.toLowerCase();
  return lower.startsWith(OURS) ? (WORDS.get(lower) ?? 'other') : undefined;
}
const isOurs = (name: string): boolean => wordOf(name) !== undefined;

/** Nearly always as they came, without a copy. */
function withoutOurs(raw: RawHeaders): RawHeaders {
  for (let i = 0; i < raw.length; i += 2)
    if (isOurs(raw[i] ?? '')) return raw.filter((_, at) => !isOurs(raw[at & ~1] ?? ''));
  return raw;
}

function behindProxy(raw: RawHeaders, words: ProxyWords): RawHeaders {
  const headers: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name, value] = [raw[i] ?? '', raw[i + 1] ?? ''];
    const word = wordOf(name);
    if (word === 'address') words.address ??= value;
    else if (word === 'version') words.version ??= value;
    else if (word === 'connection') words.connection = value;
    else if (word === undefined && !isHeader(name, 'connection')) headers.push(name, value);
  }
  if (words.connection !== undefined && words.connection !== '') headers.push('Connection', words.connection);
  return headers;
}
