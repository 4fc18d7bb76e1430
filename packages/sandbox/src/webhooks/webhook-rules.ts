import { type Call, metaOf } from '../call.ts';
import { type Doc, textOf } from '../document.ts';
import { FrappeError, thrown } from '../frappe-error.ts';
import type { Meta } from '../meta.ts';
import { castValue } from '../values.ts';
import { holds } from './condition.ts';
import { problemIn } from './template.ts';

const SUBMIT_EVENTS: readonly string[] = ['on_submit', 'on_cancel', 'on_update_after_submit'];

/** Tried on a new, empty document, as the site does. */
function checkCondition(doc: Doc, meta: Meta): void {
  const blank: Doc = { name: 'new', docstatus: 0, idx: 0 };
  for (const field of meta.fields)
    if (field.fieldtype !== 'Table') blank[field.fieldname] = castValue(field, field.default);
  try {
    holds(textOf(doc, 'condition'), meta, blank);
  } catch (error) {
    if (!(error instanceof FrappeError)) throw error;
    throw thrown(`Invalid Condition: ${error.spec.text}`);
  }
}

function checkUrl(url: string): void {
  if (!URL.canParse(url.replace(/\{\{.*?\}\}/gs, 'x')) || !/^https?:\/\/[^/]/.test(url))
    throw thrown('Check Request URL');
}

function checkTemplates(doc: Doc): void {
  for (const template of [textOf(doc, 'webhook_json'), textOf(doc, 'request_url')]) {
    const problem = problemIn(template);
    if (problem !== undefined) throw thrown(`The sandbox cannot render ${problem}. Use {{ doc.field | tojson }}.`);
  }
}

/** Webhook: erpnext-contract.md §5.5. */
export function validateWebhook(call: Call, doc: Doc): void {
  const doctype = textOf(doc, 'webhook_doctype');
  if (doctype === '') return; // reported as mandatory
  const meta = metaOf(call, doctype);
  if (SUBMIT_EVENTS.includes(textOf(doc, 'webhook_docevent')) && meta.isSubmittable !== true) {
    throw thrown('DocType must be Submittable for the selected Doc Event');
  }
  checkCondition(doc, meta);
  if (textOf(doc, 'request_url') !== '') checkUrl(textOf(doc, 'request_url'));
  if (textOf(doc, 'request_structure') === 'JSON') doc['webhook_data'] = [];
  else if (textOf(doc, 'request_structure') !== '') doc['webhook_json'] = null;
  checkTemplates(doc);
}
