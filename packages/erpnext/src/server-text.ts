/** Reads the words out of Frappe's error bodies (docs/erpnext.md; contract §2.4). Pure; nothing here throws. */

const TEXT_LIMIT = 300;

export interface ServerWords {
  /** `ValidationError`, without its module path; undefined when the answer does not say. */
  readonly excType: string | undefined;
  /** For people: HTML stripped, one line, at most 300 characters. */
  readonly text: string;
  /** The messages with their HTML, for looking things up in links. */
  readonly html: string;
  /** The last line of the traceback; empty where tracebacks are off. */
  readonly exception: string;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // shown as it is: some versions put plain text where JSON is meant to be
  }
}

/** `_server_messages` is a JSON string of an array of JSON strings. */
function serverMessages(body: Record<string, unknown>): string[] {
  const list = parsed(textOf(body['_server_messages']));
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => {
    const inner = typeof item === 'string' ? (parsed(item) ?? item) : item;
    return isRecord(inner) ? textOf(inner['message']) : textOf(inner);
  });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };

/** Tags out, entities read, blanks joined, cut to length. */
export function plainText(html: string): string {
  const noTags = html.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^<>]*>/g, ' ');
  const read = noTags.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (whole, name: string) => ENTITIES[name] ?? whole);
  const line = read.replace(/\s+/g, ' ').trim();
  return line.length > TEXT_LIMIT ? `${line.slice(0, TEXT_LIMIT - 1)}…` : line;
}

/** The class before the first colon of the last line of a traceback: `frappe.exceptions.X: text` → `X`. */
function classOf(exception: string): string | undefined {
  return /^[\w.]*?(\w+)(?::|$)/.exec(exception.trim())?.[1];
}

/** What a body says about what went wrong; order of trust is that of contract §2.4. */
export function readServerWords(body: unknown): ServerWords {
  if (!isRecord(body)) return { excType: undefined, text: plainText(textOf(body)), html: textOf(body), exception: '' };
  const v2 = Array.isArray(body['errors']) && isRecord(body['errors'][0]) ? body['errors'][0] : {};
  const exception = textOf(body['exception']) || textOf(v2['exception']);
  const excType = textOf(body['exc_type']) || textOf(v2['type']) || classOf(exception);
  const afterClass = exception.replace(/^[\w.]+:\s*/, '');
  const messages = [...serverMessages(body), textOf(v2['message'])].filter((text) => text !== '');
  const html = messages.length > 0 ? messages.join(' · ') : textOf(body['_error_message']) || afterClass;
  return { excType: excType === '' ? undefined : excType, text: plainText(html), html, exception };
}
