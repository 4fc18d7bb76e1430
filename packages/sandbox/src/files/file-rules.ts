import { createHash } from 'node:crypto';
import { extname } from 'node:path/posix';
import { type Call, metaOf } from '../call.ts';
import { type Doc, isOn, textOf } from '../document.ts';
import { FrappeError } from '../frappe-error.ts';
import { demand } from '../permissions.ts';
import { bytesAt, putBytes, removeBytes } from './stored-file.ts';

/** File: erpnext-contract.md §2.10. */

const missingFile = (name: string): FrappeError =>
  new FrappeError({ status: 500, type: 'OSError', text: `File ${name} does not exist`, module: '' });

/** Whoever attaches must be allowed to write the document; one that is not there yet is tolerated. */
export function demandAttachable(call: Call, doctype: string, name: string): void {
  const target = doctype === '' || name === '' ? undefined : call.tx.find(doctype, name);
  if (target !== undefined) demand(call, metaOf(call, doctype), 'write', name, textOf(target, 'owner'));
}

function sentBytes(sent: Readonly<Record<string, unknown>>): Buffer | undefined {
  const { content, decode } = sent;
  if (typeof content !== 'string') return undefined;
  return Buffer.from(content, decode === true || Number(decode) === 1 ? 'base64' : 'utf8');
}

/** A free place for these bytes: the name that was asked for, or with the end of the hash when others are there. */
function placeFor(call: Call, doc: Doc, hash: string): string {
  const folder = isOn(doc, 'is_private') ? '/private/files/' : '/files/';
  const name = textOf(doc, 'file_name').replace(/[/\\]/g, '_');
  if (bytesAt(call.tx, folder + name) === undefined) return folder + name;
  const end = extname(name);
  return `${folder}${name.slice(0, name.length - end.length)}${hash.slice(-6)}${end}`;
}

/** The same bytes at the same privacy lie there once: a second File points at the first one's place. */
function sameBytes(call: Call, doc: Doc, hash: string): string | undefined {
  for (const other of call.tx.by('File', 'content_hash', hash)) {
    const url = textOf(other, 'file_url');
    if (isOn(other, 'is_private') === isOn(doc, 'is_private') && bytesAt(call.tx, url) !== undefined) return url;
  }
  return undefined;
}

export function prepareFile(call: Call, doc: Doc, sent: Readonly<Record<string, unknown>>): void {
  demandAttachable(call, textOf(doc, 'attached_to_doctype'), textOf(doc, 'attached_to_name'));
  const bytes = sentBytes(sent);
  if (bytes === undefined) {
    if (textOf(doc, 'file_url') === '' && !isOn(doc, 'is_folder')) throw missingFile(textOf(doc, 'file_url'));
    return;
  }
  if (textOf(doc, 'file_name') === '') throw missingFile('');
  const hash = createHash('md5').update(bytes).digest('hex');
  const known = sameBytes(call, doc, hash);
  const url = known ?? placeFor(call, doc, hash);
  if (known === undefined) putBytes(call.tx, url, bytes);
  doc['file_url'] = url;
  doc['file_size'] = bytes.length;
  doc['content_hash'] = hash;
  doc['file_type'] = extname(textOf(doc, 'file_name')).slice(1).toUpperCase();
}

/** The last File of a place takes the bytes along. */
export function afterFileDelete(call: Call, doc: Doc): void {
  const url = textOf(doc, 'file_url');
  if ([...call.tx.by('File', 'file_url', url)].length === 0) removeBytes(call.tx, url);
}
