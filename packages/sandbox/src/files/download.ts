import { basename, extname } from 'node:path/posix';
import { type Call, metaOf } from '../call.ts';
import { type Doc, isOn, textOf } from '../document.ts';
import { PageError } from '../frappe-error.ts';
import type { SiteReply } from '../http-words.ts';
import { may } from '../permissions.ts';
import { bytesAt, StoredFile } from './stored-file.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.html': 'text/html',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.xml': 'application/xml',
};
/** Never shown inside a page. */
const ATTACHED: readonly string[] = ['.svg', '.html', '.htm', '.xml'];

export const isFilePath = (path: string): boolean => path.startsWith('/files/') || path.startsWith('/private/files/');

/** A private file is for its owner and for readers of the document that it is attached to (erpnext-contract.md §2.10). */
function mayRead(call: Call, file: Doc): boolean {
  if (!isOn(file, 'is_private') || call.user === 'Administrator' || textOf(file, 'owner') === call.user) return true;
  const doctype = textOf(file, 'attached_to_doctype');
  const target = doctype === '' ? undefined : call.tx.find(doctype, textOf(file, 'attached_to_name'));
  return target !== undefined && may(call, metaOf(call, doctype), 'read', 0, textOf(target, 'owner'));
}

export function findReadable(call: Call, url: string): StoredFile | undefined {
  const bytes = bytesAt(call.tx, url);
  const isOpen = [...call.tx.by('File', 'file_url', url)].some((file) => mayRead(call, file));
  return bytes !== undefined && isOpen ? new StoredFile(url, bytes) : undefined;
}

/** No right and no file are the same page. */
export function getReadable(call: Call, url: string): StoredFile {
  const file = findReadable(call, url);
  if (file === undefined) throw new PageError(403, 'Not Permitted', "You don't have permission to access this file");
  return file;
}

export function fileReply({ url, bytes }: StoredFile): SiteReply {
  const end = extname(url).toLowerCase();
  const attached = ATTACHED.includes(end)
    ? { 'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(basename(url))}` }
    : {};
  const headers = { 'Content-Type': TYPES[end] ?? 'application/octet-stream', ...attached };
  return { status: 200, headers, body: bytes };
}
