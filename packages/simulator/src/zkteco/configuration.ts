/** What a terminal takes from a handshake reply. */
export interface Configuration {
  readonly options: ReadonlyMap<string, string>;
  readonly delaySeconds: number;
  readonly errorDelaySeconds: number;
  readonly transIntervalMinutes: number;
  readonly isRealtime: boolean;
  /** Minutes east of UTC; undefined when the reply gave none. */
  readonly zoneMinutes: number | undefined;
}

/** `UN…` and `RETRY…` lines make the handshake fail (protocols/zkteco-push.md §2.3). */
const REFUSAL = /^(?:UN|RETRY)/;

/**
 * Reads a handshake reply as firmware does: a line counts only when CR or LF ends it, keys in exact case.
 * Undefined when the reply is no configuration: no line, a refusing line, or neither `Stamp=` nor `ServerVer=`.
 * Source: protocols/zkteco-push.md §2.3.
 */
export function readConfiguration(body: string): Configuration | undefined {
  const lines = body.split(/[\r\n]/).slice(0, -1);
  if (lines.length === 0 || lines.some((line) => REFUSAL.test(line))) return undefined;
  const options = new Map<string, string>();
  for (const line of lines) {
    const at = line.indexOf('=');
    if (at > 0) options.set(line.slice(0, at), line.slice(at + 1));
  }
  if (!options.has('Stamp') && !options.has('ServerVer')) return undefined;
  return {
    options,
    delaySeconds: numberOf(options.get('Delay'), 30),
    errorDelaySeconds: numberOf(options.get('ErrorDelay'), 30),
    transIntervalMinutes: numberOf(options.get('TransInterval'), 1),
    isRealtime: options.get('Realtime') !== '0',
    zoneMinutes: readZone(options.get('TimeZone')),
  };
}

function numberOf(text: string | undefined, otherwise: number): number {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isNaN(value) || value < 0 ? otherwise : value;
}

/**
 * `TimeZone` as firmware reads it: `±hh:mm`, or an integer that is hours below 25 and minutes from there.
 * Anything else is cut to an integer, as `atoi` does: `5.5` is five hours (§2.5).
 */
export function readZone(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const signed = /^([+-])(\d{1,2}):(\d{2})$/.exec(text);
  if (signed) return (signed[1] === '-' ? -1 : 1) * (Number(signed[2]) * 60 + Number(signed[3]));
  const value = Number.parseInt(text, 10);
  if (Number.isNaN(value)) return undefined;
  return Math.abs(value) < 25 ? value * 60 : value;
}

/** The keys of the stamps of each table, the newer spelling first (§2.3, O8). */
const STAMP_KEYS = {
  ATTLOG: ['ATTLOGStamp', 'Stamp'],
  OPERLOG: ['OPERLOGStamp', 'OpStamp'],
  ATTPHOTO: ['ATTPHOTOStamp', 'PhotoStamp'],
  BIODATA: ['BIODATAStamp', 'OpStamp'],
} as const;

export type StampTable = keyof typeof STAMP_KEYS;

/** The pointer that the server gave back for a table; P1 firmware knows the old spelling only. */
export function stampOf(configuration: Configuration, table: StampTable, isP1: boolean): string | undefined {
  const keys = isP1 ? [STAMP_KEYS[table][1]] : STAMP_KEYS[table];
  for (const key of keys) {
    const value = configuration.options.get(key);
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * Which uploads `TransFlag` allows.
 * Names: SDK firmware looks for substrings, newer firmware splits at TABs and takes anything else as one unknown name;
 * then attendance still goes up, and nothing else does (§2.4). TFT
 * lists the names without the keyword in front. Bits: only all ones and all zeros are told apart here.
 */
export function allowedUploads(
  flag: string | undefined,
  splitsAtTab: boolean,
  needsKeyword = true,
): (name: string) => boolean {
  if (flag === undefined || /^1+$/.test(flag)) return () => true;
  if (needsKeyword && !flag.startsWith('TransData')) return (name) => name === 'AttLog' || name === 'AttPhoto';
  const list = flag.replace(/^TransData[ \t]?/, '');
  if (!splitsAtTab) return (name) => list.includes(name);
  const names = new Set(list.split('\t'));
  return (name) => name === 'AttLog' || names.has(name);
}
