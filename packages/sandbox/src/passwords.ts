import type { Call } from './call.ts';
import { type Doc, textOf } from './document.ts';
import type { Meta } from './meta.ts';
import { AUTH, type Transaction } from './transaction.ts';

/** Password fields: the secret lies apart, the column holds asterisks of the same length (erpnext-contract.md §2.1). */

const keyOf = (doctype: string, name: string, field: string): string => `${doctype}:${name}:${field}`;

export const secretOf = (tx: Transaction, doctype: string, name: string, field: string): string | undefined =>
  tx.find(AUTH, keyOf(doctype, name, field))?.['password'] as string | undefined; // only written below, as text

export function storeSecret(tx: Transaction, doctype: string, name: string, field: string, secret: string): void {
  const key = keyOf(doctype, name, field);
  if (secret === '') tx.remove(AUTH, key);
  else tx.put(AUTH, key, { name: key, password: secret });
}

/** Moves secrets out of a document: asterisks leave the stored one alone, null and blank erase it. */
export function hideSecrets(call: Call, meta: Meta, doc: Doc): void {
  for (const field of meta.fields) {
    if (field.fieldtype !== 'Password' || !(field.fieldname in doc)) continue;
    const value = textOf(doc, field.fieldname);
    if (/^\*+$/.test(value)) continue;
    storeSecret(call.tx, meta.name, textOf(doc, 'name'), field.fieldname, value);
    doc[field.fieldname] = value === '' ? null : '*'.repeat(value.length);
  }
}
