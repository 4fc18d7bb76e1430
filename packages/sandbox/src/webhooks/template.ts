import { type Doc, STANDARD_COLUMNS } from '../document.ts';
import { isNumeric, type Meta } from '../meta.ts';
import { pythonValue } from './python-json.ts';

/**
 * The part of Jinja that webhooks of a service need: `{{ doc.field }}`, `{{ doc.get("field") }}`, each with `| tojson`
 * or without. `checkTemplate` refuses everything else when a webhook is saved, so that nothing is dropped in silence.
 */
const SLOT = /\{\{-?\s*(.*?)\s*-?\}\}/gs;
const EXPRESSION =
  /^doc(?:\.([A-Za-z_]\w*)|\.get\(\s*["'](\w+)["']\s*\)|\[\s*["'](\w+)["']\s*\])\s*(?:\|\s*(tojson|json))?$/;

const isFloat = (meta: Meta, name: string): boolean =>
  ['Float', 'Currency', 'Percent'].includes(meta.fields.find((field) => field.fieldname === name)?.fieldtype ?? '');

/** A field's value, as the controller's object holds it; undefined where it has no such attribute. */
function valueOf(meta: Meta, doc: Doc, name: string): Doc[string] {
  if (name === 'doctype') return meta.name;
  const field = meta.fields.find((candidate) => candidate.fieldname === name);
  if (field === undefined && !STANDARD_COLUMNS.some((column) => column === name)) return undefined;
  return doc[name] ?? (field !== undefined && isNumeric(field.fieldtype) ? 0 : null);
}

function fill(meta: Meta, doc: Doc, expression: string): string {
  const match = EXPRESSION.exec(expression);
  const name = match?.[1] ?? match?.[2] ?? match?.[3] ?? '';
  const value = valueOf(meta, doc, name);
  if (match?.[4] !== undefined) {
    if (value === undefined) throw new TypeError('Object of type Undefined is not JSON serializable');
    return pythonValue(value, isFloat(meta, name));
  }
  if (value === undefined) return '';
  if (value === null) return 'None';
  return typeof value === 'string' ? value : pythonValue(value, isFloat(meta, name));
}

/** The first thing in a template that the sandbox cannot render; undefined when there is none. */
export function problemIn(template: string): string | undefined {
  for (const [slot, expression = ''] of template.matchAll(SLOT)) if (!EXPRESSION.test(expression)) return slot;
  return /\{%.*?%\}/s.exec(template)?.[0];
}

/** Fills a template. Throws TypeError where `tojson` meets a field that there is not. */
export const render = (template: string, meta: Meta, doc: Doc): string =>
  template.replace(SLOT, (_slot, expression: string) => fill(meta, doc, expression));

/** A field as JSON text, for `webhook_data`. */
export const fieldJson = (meta: Meta, doc: Doc, name: string): string =>
  pythonValue(valueOf(meta, doc, name), isFloat(meta, name));
