/** Control characters of a terminal screen: a name from a device must not move the cursor or colour the line. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
/** What JSON itself leaves raw of these. */
const CONTROL_IN_JSON = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const escaped = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Text that is safe to print: control characters become visible escapes. */
export const printable = (text: string): string => text.replace(CONTROL, escaped);

export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string | number | undefined;
}

/** Columns of the window that a person reads in; no limit where the output goes to a program or a file. */
const windowWidth = (): number =>
  process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : Infinity;

/**
 * Left-aligned columns, two blanks apart; `empty` is said when there is no row. What a narrow window has no room for goes
 * on an indented line of its own below, heading and rows alike, so that columns stay under each other.
 */
export function table<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  empty: string,
  width: number = windowWidth(),
): string {
  if (rows.length === 0) return empty;
  const cells = rows.map((row) => columns.map((column) => printable(String(column.value(row) ?? '–'))));
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...cells.map((line) => line[i]?.length ?? 0)),
  );
  const parts = fitting(widths, width);
  return [columns.map((column) => column.title.toUpperCase()), ...cells]
    .flatMap((line) =>
      parts.map((part, at) =>
        `${at === 0 ? '' : INDENT}${part.map((i) => (line[i] ?? '').padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd(),
      ),
    )
    .join('\n');
}

const INDENT = '    ';

/** Numbers of columns, line by line: as many in each as its width takes, and at least one. */
function fitting(widths: readonly number[], limit: number): number[][] {
  const lines: number[][] = [];
  let used = Infinity;
  for (const [column, width] of widths.entries()) {
    used += 2 + width;
    if (used > limit || lines.length === 0) {
      used = width + (lines.length === 0 ? 0 : INDENT.length);
      lines.push([]);
    }
    lines.at(-1)?.push(column);
  }
  return lines;
}

/** `name: value` lines with the values under each other; a row without a value is left out. */
export function facts(rows: readonly (readonly [name: string, value: string | number | undefined])[]): string {
  const known = rows.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...known.map(([name]) => name.length)) + 1;
  return known.map(([name, value]) => `${`${name}:`.padEnd(width)} ${printable(String(value))}`).join('\n');
}

/** `2026-03-09 08:35:30Z`. */
export const utc = (at: number | undefined): string =>
  at === undefined ? '–' : `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`;

/** `3 s ago`, `5 min ago`, `2 days ago`. */
export function ago(at: number | undefined, now: number): string {
  return at === undefined || at === 0 ? 'never' : `${span(Math.max(0, now - at))} ago`;
}

/** A length of time in the unit that people would use: `40 ms`, `1.2 s`, `35 s`, `5 min`, `3 h`, `2 days`. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 10 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** `1 punch`, `2 punches`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** Prints one result: JSON for programs (one value, never decorated), text for people. */
export function print(options: { readonly json?: boolean }, value: unknown, text: () => string): void {
  console.log(options.json === true ? asJson(value) : text());
}

/** JSON that is as safe on a screen as text: what JSON itself leaves raw is escaped too. */
export const asJson = (value: unknown): string => JSON.stringify(value, jsonValue, 2).replace(CONTROL_IN_JSON, escaped);

/** Names of what holds an instant in milliseconds. */
const IS_INSTANT = /^(?:at|instant|[a-z][A-Za-z]*At)$/;

/** Bytes never go out as they are: they may be biometrics. Instants go out as ISO text, and never as 1970. */
function jsonValue(key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: value.length };
  if (value instanceof Map) return Object.fromEntries(value);
  if (typeof value === 'number' && IS_INSTANT.test(key)) return value === 0 ? null : new Date(value).toISOString();
  return value;
}
