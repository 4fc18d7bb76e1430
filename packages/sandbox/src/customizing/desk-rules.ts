import type { Call } from '../call.ts';
import { type Doc, isOn, textOf } from '../document.ts';
import { onlyFor } from '../failures.ts';
import { FrappeError, thrown } from '../frappe-error.ts';

/** Rules of what people see in the desk, and of scripts: erpnext-contract.md §5.1, §5.4. */

const has = (call: Call, role: string): boolean => call.user === 'Administrator' || call.roles.has(role);

/** §8 no. 83: whoever touches a public workspace manages workspaces. */
export function validateWorkspace(call: Call, doc: Doc, before?: Doc): void {
  if ((isOn(doc, 'public') || isOn(before, 'public')) && !has(call, 'Workspace Manager')) {
    const isV14 = call.site.profile.name === 'v14';
    const text = 'You need to be Workspace Manager to edit this document';
    throw thrown(text, isV14 ? { type: 'PermissionError', status: 403 } : {});
  }
  const content = textOf(doc, 'content') || '[]';
  let blocks: unknown;
  try {
    blocks = JSON.parse(content);
  } catch {
    throw new FrappeError({ status: 500, type: 'JSONDecodeError', text: 'Expecting value', module: 'json.decoder' });
  }
  if (!Array.isArray(blocks)) throw thrown('Content data shoud be a list'); // so spelt by the site
}

export function validateNumberCard(_call: Call, doc: Doc): void {
  if (textOf(doc, 'type') !== 'Document Type') return;
  if (textOf(doc, 'document_type') === '' || textOf(doc, 'function') === '') {
    throw thrown('Document Type and Function are required to create a number card');
  }
  if (textOf(doc, 'function') !== 'Count' && textOf(doc, 'aggregate_function_based_on') === '') {
    throw thrown('Aggregate Field is required to create a number card');
  }
}

export function validateChart(_call: Call, doc: Doc): void {
  const type = textOf(doc, 'chart_type');
  if (type === 'Report' || type === 'Custom') return;
  if (textOf(doc, 'document_type') === '') throw thrown('Document type is required to create a dashboard chart');
  if (isOn(doc, 'timeseries') && textOf(doc, 'based_on') === '')
    throw thrown('Time series based on is required to create a dashboard chart');
}

/** §8 no. 84: code that runs in the database or in Python is for Script Managers, standard ones for Administrator. */
export function validateReport(call: Call, doc: Doc): void {
  if (call.isInstalling === true) return;
  if (textOf(doc, 'is_standard') === 'Yes' && call.user !== 'Administrator') {
    throw thrown('Only Administrator can save a standard report. Please rename and save.');
  }
  const isCode = ['Query Report', 'Script Report'].includes(textOf(doc, 'report_type'));
  if (isCode && !has(call, 'Script Manager')) throw onlyFor('Script Manager');
}

/** §8 no. 82; from v15 on the bench must also have switched them on, and this one has not. */
export function validateServerScript(call: Call): void {
  if (!has(call, 'Script Manager')) throw onlyFor('Script Manager');
  if (call.site.profile.name === 'v14') return;
  throw thrown('Server Scripts are disabled. Please enable server scripts from bench configuration.', {
    type: 'ServerScriptNotEnabled',
  });
}

/** A second setter of one property takes the place of the first. */
export function validatePropertySetter(call: Call, doc: Doc, before?: Doc): void {
  if (textOf(doc, 'field_name') === '' && textOf(doc, 'doctype_or_field') === 'DocField') {
    throw thrown('Please set the field name');
  }
  if (before === undefined) call.tx.remove('Property Setter', textOf(doc, 'name'));
}
