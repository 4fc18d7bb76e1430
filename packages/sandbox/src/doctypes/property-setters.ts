import { type Doc, textOf } from '../document.ts';
import type { Field, Meta } from '../meta.ts';

const isTrue = (value: string): boolean => value !== '' && value !== '0';

/** What one property says of a field; properties that only a form shows change nothing here. */
function changeOf(property: string, value: string): Partial<Field> {
  switch (property) {
    case 'reqd':
      return { reqd: isTrue(value) };
    case 'unique':
      return { unique: isTrue(value) };
    case 'read_only':
      return { readOnly: isTrue(value) };
    case 'hidden':
      return { hidden: isTrue(value) };
    case 'in_list_view':
      return { inListView: isTrue(value) };
    case 'permlevel':
      return { permlevel: Number(value) || 0 };
    case 'label':
    case 'options':
    case 'default':
      return { [property]: value };
    case 'fetch_from':
      return { fetchFrom: value };
    default:
      return {};
  }
}

/** A DocType as Property Setters bend it (erpnext-contract.md §5.1). */
export function withProperties(meta: Meta, setters: readonly Doc[]): Meta {
  const changes = new Map<string, Partial<Field>>();
  let result = meta;
  for (const setter of setters) {
    const [name, property, value] = [textOf(setter, 'field_name'), textOf(setter, 'property'), textOf(setter, 'value')];
    if (name !== '') changes.set(name, { ...changes.get(name), ...changeOf(property, value) });
    else if (property === 'autoname') result = { ...result, autoname: value };
    else if (property === 'allow_rename') result = { ...result, allowsRename: isTrue(value) };
  }
  return { ...result, fields: result.fields.map((field) => ({ ...field, ...changes.get(field.fieldname) })) };
}
