import { type Call, metaOf, textArg } from '../call.ts';
import type { Doc } from '../document.ts';
import { insertDocument, updateDocument } from '../document-writer.ts';
import { thrown } from '../frappe-error.ts';
import { intArg } from '../json-args.ts';
import { present } from '../present.ts';
import type { Rpc } from '../rpc.ts';
import { findReadable } from './download.ts';
import { demandAttachable } from './file-rules.ts';
import type { StoredFile } from './stored-file.ts';

const shown = (call: Call, doc: Doc): Doc => present(call, metaOf(call, 'File'), doc, { hasNulls: true });
const text = (call: Call, name: string): string | null => textArg(call, name) ?? null;

/** Multipart upload, or `file_url` of what is there already (erpnext-contract.md §2.10). */
function uploadFile(call: Call): Doc {
  const { upload } = call;
  const doctype = text(call, 'doctype');
  const name = text(call, 'docname');
  demandAttachable(call, doctype ?? '', name ?? '');
  const file = {
    attached_to_doctype: doctype,
    attached_to_name: name,
    attached_to_field: text(call, 'fieldname'),
    folder: text(call, 'folder') ?? 'Home',
    file_name: text(call, 'file_name') ?? upload?.fileName,
    file_url: text(call, 'file_url'),
    is_private: intArg(call, 'is_private', 0),
    ...(upload === undefined ? {} : { content: upload.bytes.toString('base64'), decode: 1 }),
  };
  return shown(call, insertDocument(call, 'File', file, { isTrusted: true }));
}

/** A file in base64; with `docfield` the document gets its address too. */
function attachFile(call: Call): Doc {
  const [doctype, name] = [textArg(call, 'doctype') ?? '', textArg(call, 'docname') ?? ''];
  demandAttachable(call, doctype, name);
  const file = insertDocument(
    call,
    'File',
    {
      file_name: text(call, 'filename'),
      attached_to_doctype: doctype,
      attached_to_name: name,
      attached_to_field: text(call, 'docfield'),
      folder: text(call, 'folder') ?? 'Home',
      is_private: intArg(call, 'is_private', 0),
      content: text(call, 'filedata'),
      decode: intArg(call, 'decode_base64', 0),
    },
    { isTrusted: true },
  );
  const field = textArg(call, 'docfield');
  if (field !== undefined) updateDocument(call, doctype, name, { [field]: file['file_url'] });
  return shown(call, file);
}

function downloadFile(call: Call): StoredFile {
  const file = findReadable(call, textArg(call, 'file_url') ?? '');
  if (file === undefined) throw thrown('Not permitted', { type: 'PermissionError', status: 403 });
  return file;
}

export const FILE_METHODS: Readonly<Record<string, Rpc>> = {
  upload_file: { verbs: ['POST'], run: uploadFile },
  'frappe.handler.upload_file': { verbs: ['POST'], run: uploadFile },
  'frappe.client.attach_file': { required: ['filename', 'filedata'], verbs: ['POST', 'PUT'], run: attachFile },
  download_file: { required: ['file_url'], isOpenToGuests: true, run: downloadFile },
  'frappe.core.doctype.file.file.download_file': { required: ['file_url'], isOpenToGuests: true, run: downloadFile },
};
