import { isObject } from '../document.ts';

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** A text as Python's `json.dumps` writes it: whatever is not ASCII as \uXXXX. */
export const pythonString = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** JSON text in Python's spacing: `{"a": 1, "b": [1, 2]}`. Numbers keep their digits. Throws SyntaxError for what is no JSON. */
export function pythonJson(text: string): string {
  JSON.parse(text);
  return (text.match(TOKEN) ?? [])
    .map((token) => {
      if (token === ',') return ', ';
      if (token === ':') return ': ';
      // a JSON string is a text once it is read
      return token.startsWith('"') ? pythonString(JSON.parse(token) as string) : token;
    })
    .join('');
}

/** A value as `json.dumps` writes it; a whole number of a Float field is still a float. */
export function pythonValue(value: unknown, isFloat = false): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return isFloat && Number.isInteger(value) ? `${value}.0` : String(value);
  if (typeof value === 'string') return pythonString(value);
  if (Array.isArray(value)) return `[${value.map((item) => pythonValue(item)).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, item]) => `${pythonString(key)}: ${pythonValue(item)}`);
  return `{${pairs.join(', ')}}`;
}
