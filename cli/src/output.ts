/** Control characters of a terminal screen: a name from a device must not move the cursor or colour the line. */
// eslint-disable-next-line no-control-regex -- control characters are what it is about
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text that is safe to print: control characters become visible escapes. */
export const printable = (text: string): string =>
  text.replace(CONTROL, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string | number | undefined;
}

/** Left-aligned columns, two blanks apart; `empty` is said when there is no row. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[], empty: string): string {
  if (rows.length === 0) return empty;
  const cells = rows.map((row) => columns.map((column) => printable(String(column.value(row) ?? '–'))));
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...cells.map((line) => line[i]?.length ?? 0)),
  );
  const lines = [columns.map((column) => column.title.toUpperCase()), ...cells];
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `2026-03-09 08:35:30Z`. */
export const utc = (at: number | undefined): string =>
  at === undefined ? '–' : `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`;

/** `3 s ago`, `5 min ago`, `2 days ago`. */
export function ago(at: number | undefined, now: number): string {
  if (at === undefined || at === 0) return 'never';
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

/** Prints one result: JSON for programs (one object, never decorated), text for people. */
export function print(options: { readonly json?: boolean }, value: unknown, text: () => string): void {
  console.log(options.json === true ? JSON.stringify(value, jsonValue, 2) : text());
}

/** Bytes never go out as they are: they may be biometrics. */
function jsonValue(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: value.length };
  if (value instanceof Map) return Object.fromEntries(value);
  return value;
}
