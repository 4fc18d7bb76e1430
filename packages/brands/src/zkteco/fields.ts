/** Fields of one key=value line: lower-cased key and value as Latin-1 text, as scanned. */
export type Fields = ReadonlyMap<string, string>;

export const FIELDS_LIMIT = 256;

/** Other spellings of one key (protocols/zkteco-push.md §3.2 rule 7). */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['userid', 'pin'],
  ['pin2', 'pin'],
  ['privilege', 'pri'],
  ['password', 'passwd'],
  ['cardno', 'card'],
  ['group', 'grp'],
  ['fingerid', 'fid'],
  ['faceid', 'fid'],
  ['template', 'tmp'],
]);

const KNOWN_KEYS =
  'pin|name|pri|privilege|passwd|password|card|cardno|grp|group|tz|verify|vicecard|startdatetime|enddatetime|fid|fingerid|size|' +
  'valid|tmp|template|filename|content|no|index|duress|type|majorver|minorver|format|code|time|status|workcode|errcode|errmsg|dataorigin|cmdid|additional';
/** Where a known key starts, in a line whose TABs became blanks. */
const KNOWN_KEY_START = new RegExp(` (?=(?:${KNOWN_KEYS})=)`, 'gi');

/**
 * Reads `key=value` joined by TABs: the value is everything behind the first `=`, a piece without `=` belongs to the value
 * before it, the last of repeated keys wins. A line without TABs is split before known keys (§3.2 rules 3, 5, 6).
 * `undefined` when there is no key at all; `too-wide` beyond 256 fields.
 */
export function readFields(text: string): Fields | 'too-wide' | undefined {
  const pieces = splitPieces(text);
  if (pieces === undefined) return 'too-wide';
  const fields = new Map<string, string>();
  let key: string | undefined;
  for (const piece of pieces) {
    const equals = piece.indexOf('=');
    if (equals < 0) {
      if (key === undefined) return undefined;
      if (piece !== '') fields.set(key, `${fields.get(key) ?? ''}\t${piece}`);
      continue;
    }
    const name = piece.slice(0, equals).trim().toLowerCase();
    key = ALIASES.get(name) ?? name;
    fields.set(key, piece.slice(equals + 1));
  }
  return key === undefined ? undefined : fields;
}

function splitPieces(text: string): string[] | undefined {
  const pieces = text.includes('\t')
    ? text.split('\t', FIELDS_LIMIT + 1)
    : text.split(KNOWN_KEY_START, FIELDS_LIMIT + 1);
  return pieces.length > FIELDS_LIMIT ? undefined : pieces;
}
