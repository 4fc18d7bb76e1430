import { decodeText } from '@biolistener/wire';

/** A request target, cut into what this brand looks at. Nothing is decoded until it is asked for. */
export interface ZkTarget {
  /** `cdata`, `getrequest` …: lower case, without `.aspx` and slashes. Empty when nothing follows `/iclock/`. */
  readonly endpoint: string;
  /** The path from its last `/iclock/` on, as sent. */
  readonly path: string;
  /** Lower-cased name and raw value alternating, in order. */
  readonly parameters: readonly string[];
  /** Nothing in it is escaped, as in nearly every one: values are what they say. */
  readonly isPlain: boolean;
}

const MARK = '/iclock/';

/** Where the path starts: an absolute-form target has a scheme and a host before it. */
function pathStart(target: string): number {
  if (target.charCodeAt(0) === 47) return 0;
  const scheme = target.indexOf('://');
  if (scheme < 0) return 0;
  const slash = target.indexOf('/', scheme + 3);
  return slash < 0 ? target.length : slash;
}

function pathEnd(target: string): number {
  const end = target.indexOf('?');
  return end < 0 ? target.length : end;
}

/** Whether a target is of this brand: `/iclock/` in its path, in any case (protocols/zkteco-push.md §1.2). */
export function hasIclockPath(target: string): boolean {
  if (target.startsWith(MARK)) return true; // nearly always: no copy of the path
  const end = pathEnd(target);
  const path = target.slice(Math.min(pathStart(target), end), end);
  return path.includes(MARK) || path.toLowerCase().includes(MARK);
}

/** The last word of a path below `/iclock/`; a doubled prefix, `.aspx` and slashes around are tolerated. */
function endpointOf(lowerTail: string): string {
  let end = lowerTail.length;
  while (end > 0 && lowerTail.charCodeAt(end - 1) === 47) end--;
  let start = 0;
  while (start < end && lowerTail.charCodeAt(start) === 47) start++;
  const word = lowerTail.slice(start, end);
  return word.endsWith('.aspx') ? word.slice(0, -5) : word;
}

/**
 * Cuts a target by index look-ups alone; it runs for each idle poll.
 * Names are lower-cased, values stay as sent; see `parameterOf`. Source: protocols/zkteco-push.md §1.2, §1.3.
 */
export function readTarget(target: string): ZkTarget {
  if (last.text !== target) last = { text: target, target: cutTarget(target) };
  return last.target;
}

/** Who claims, who identifies and who decodes ask about the same target, one after the other. */
let last: { readonly text: string; readonly target: ZkTarget } = {
  text: '',
  target: { endpoint: '', path: '', parameters: [], isPlain: true },
};

interface ZkPath {
  readonly endpoint: string;
  readonly path: string;
}

/** Paths as nearly every request spells them: one look-up in place of cutting. */
const USUAL_PATHS: ReadonlyMap<string, ZkPath> = new Map(
  ['cdata', 'getrequest', 'devicecmd', 'ping', 'fdata', 'registry', 'push', 'rtdata', 'querydata'].map((endpoint) => {
    const path = `${MARK}${endpoint}`;
    return [path, { endpoint, path }];
  }),
);

function cutTarget(target: string): ZkTarget {
  const end = pathEnd(target);
  const { endpoint, path } = USUAL_PATHS.get(target.slice(0, end)) ?? cutPath(target, end);
  return { endpoint, path, parameters: readParameters(target, end + 1), isPlain: !target.includes('%') };
}

function cutPath(target: string, end: number): ZkPath {
  const start = Math.min(pathStart(target), end);
  const lower = target.slice(start, end).toLowerCase();
  const at = lower.lastIndexOf(MARK);
  const endpoint = at < 0 ? '' : endpointOf(lower.slice(at + MARK.length));
  return { endpoint, path: target.slice(at < 0 ? start : start + at, end) };
}

/** Names of parameters as nearly every request spells them, and in lower case. */
const USUAL_NAMES: ReadonlyMap<string, string> = new Map(
  ['SN', 'table', 'Stamp', 'OpStamp', 'PhotoStamp', 'options', 'language', 'pushver', 'INFO', 'DeviceType'].map(
    (name) => [name, name.toLowerCase()],
  ),
);

/** A name that is spelt or escaped in another way is the same name. */
const nameOf = (text: string): string => USUAL_NAMES.get(text) ?? percentDecode(text).toLowerCase();

function readParameters(target: string, from: number): string[] {
  const found: string[] = [];
  let at = from;
  while (at < target.length) {
    const amp = target.indexOf('&', at);
    const end = amp < 0 ? target.length : amp;
    const piece = target.slice(at, end);
    const equals = piece.indexOf('=');
    const name = equals < 0 ? piece : piece.slice(0, equals);
    if (name !== '') found.push(nameOf(name), equals < 0 ? '' : piece.slice(equals + 1));
    at = end + 1;
  }
  return found;
}

const HEX = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
};

/** `%20` becomes a blank; `+` stays, as old firmware means it literally; a broken escape stays as it is (§1.3). */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  const bytes = Buffer.alloc(text.length * 3);
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const high = code === 37 ? HEX(text.charCodeAt(i + 1)) : -1;
    const low = high < 0 ? -1 : HEX(text.charCodeAt(i + 2));
    if (low >= 0) {
      bytes[n++] = high * 16 + low;
      i += 2;
    } else n += bytes.write(text.charAt(i), n, code < 256 ? 'latin1' : 'utf8');
  }
  return decodeText(bytes.subarray(0, n)).text;
}

/** The first value of a parameter, decoded. `name` is lower case. */
export function parameterOf(target: ZkTarget, name: string): string | undefined {
  const raw = rawParameterOf(target, name);
  return raw === undefined || target.isPlain ? raw : percentDecode(raw);
}

/** The first value of a parameter as sent. */
export function rawParameterOf(target: ZkTarget, name: string): string | undefined {
  const { parameters } = target;
  for (let i = 0; i < parameters.length; i += 2) if (parameters[i] === name) return parameters[i + 1];
  return undefined;
}

/** Every value of a parameter, decoded, in order. */
export function parametersOf(target: ZkTarget, name: string): string[] {
  const values: string[] = [];
  const { parameters } = target;
  for (let i = 0; i < parameters.length; i += 2) {
    const value = parameters[i + 1] ?? '';
    if (parameters[i] === name) values.push(target.isPlain ? value : percentDecode(value));
  }
  return values;
}
