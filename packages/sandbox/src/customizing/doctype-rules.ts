import type { Call } from '../call.ts';
import { type Doc, isOn, numberOf, rowsOf, STANDARD_COLUMNS, textOf } from '../document.ts';
import { thrown } from '../frappe-error.ts';
import { checkNewUniques, checkTypeChanges } from './column-rules.ts';
import { checkTargets, validateFields } from './field-rules.ts';
import { refuseReservedRoles, validatePermissions } from './permission-rules.ts';

/** The DocType of DocTypes: erpnext-contract.md §5.1–§5.3. */

const notInDeveloperMode = () =>
  thrown("Not in Developer Mode! Set in site_config.json or make 'Custom' DocType.", {
    type: 'CannotCreateStandardDoctypeError',
  });

/** Letters first, then letters, digits, space, `_`, `-`; at most 61 of them. */
function checkName(name: string): void {
  const isFit = /^[A-Za-z][\w -]*$/.test(name) && name.length <= 61 && name === name.trim();
  if (isFit) return;
  const text = /^[A-Za-z]/.test(name)
    ? 'A DocType name has letters, digits, spaces, hyphens and underscores only, 61 of them at most'
    : 'A DocType name should start with a letter';
  throw thrown(text, { type: 'NameError', status: 409 });
}

function checkNamedFields(doc: Doc): void {
  const names = new Set<string>([...rowsOf(doc, 'fields').map((row) => textOf(row, 'fieldname')), ...STANDARD_COLUMNS]);
  const title = textOf(doc, 'title_field');
  if (title !== '' && !names.has(title)) {
    throw thrown('Title field must be a valid fieldname', { type: 'InvalidFieldNameError' });
  }
  for (const part of textOf(doc, 'search_fields').split(',')) {
    const name = part.trim();
    if (name !== '' && !names.has(name)) throw thrown(`Search field ${name} is not valid`);
  }
  const image = textOf(doc, 'image_field');
  const imageRow = rowsOf(doc, 'fields').find((row) => textOf(row, 'fieldname') === image);
  if (image !== '' && imageRow === undefined) {
    throw thrown('Image field must be a valid fieldname', { type: 'InvalidFieldNameError' });
  }
  if (imageRow !== undefined && textOf(imageRow, 'fieldtype') !== 'Attach Image') {
    throw thrown('Image field must be of type Attach Image', { type: 'InvalidFieldNameError' });
  }
}

/** Naming by a field makes that field unique; it must be there. */
function settleNaming(doc: Doc): void {
  const autoname = textOf(doc, 'autoname');
  if (!autoname.startsWith('field:')) return;
  const name = autoname.slice('field:'.length);
  const row = rowsOf(doc, 'fields').find((candidate) => textOf(candidate, 'fieldname') === name);
  if (row === undefined) throw thrown(`Invalid fieldname '${name}' in autoname`);
  row['unique'] = 1;
}

function checkLinks(call: Call, doc: Doc): void {
  for (const row of rowsOf(doc, 'links')) {
    const [target, fieldname] = [textOf(row, 'link_doctype'), textOf(row, 'link_fieldname')];
    const isOwn = target === textOf(doc, 'name');
    const names = isOwn
      ? rowsOf(doc, 'fields').map((field) => textOf(field, 'fieldname'))
      : call.site.meta(target, call.tx)?.fields.map((field) => field.fieldname);
    if (names?.includes(fieldname) === true) continue;
    const text = `Document Links Row #${numberOf(row, 'idx')}: Could not find field ${fieldname} in ${target} DocType`;
    throw thrown(text, { type: 'InvalidFieldNameError' });
  }
}

function refuseStandard(call: Call, doc: Doc, before: Doc | undefined): void {
  if (call.isInstalling === true) return;
  if (!isOn(doc, 'custom') || (before !== undefined && !isOn(before, 'custom'))) throw notInDeveloperMode();
  if (isOn(doc, 'is_virtual')) throw thrown('Not allowed to create custom Virtual DocType.');
}

/** What an app's import leaves out, because its other DocTypes may not be there yet. */
export function checkReferences(call: Call, doc: Doc): void {
  checkTargets(call, doc);
  checkLinks(call, doc);
}

export function validateDoctype(call: Call, doc: Doc, before: Doc | undefined): void {
  checkName(textOf(doc, 'name'));
  refuseStandard(call, doc, before);
  refuseReservedRoles(call, doc);
  validateFields(doc);
  if (call.isInstalling !== true) checkReferences(call, doc);
  settleNaming(doc);
  checkNamedFields(doc);
  validatePermissions(doc);
  if (before === undefined) return;
  checkTypeChanges(doc, before);
  checkNewUniques(call, doc, before);
}

/** Standard ones stay; what only serves a DocType goes with it (erpnext-contract.md §5.1). */
export function beforeDoctypeDelete(call: Call, doc: Doc): void {
  if (!isOn(doc, 'custom') && call.isInstalling !== true) {
    const isV14 = call.site.profile.name === 'v14';
    const options = isV14 ? { type: 'PermissionError', status: 403 } : {};
    throw thrown('Standard DocType can not be deleted.', options);
  }
  const name = textOf(doc, 'name');
  const servants = [
    ['Custom Field', 'dt'],
    ['Client Script', 'dt'],
    ['Property Setter', 'doc_type'],
    ['Custom DocPerm', 'parent'],
  ] as const;
  for (const [doctype, column] of servants) {
    for (const row of [...call.tx.by(doctype, column, name)]) call.tx.remove(doctype, textOf(row, 'name'));
  }
}
