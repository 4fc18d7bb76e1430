/** The file of a multipart body. */
export interface Upload {
  readonly fileName: string;
  readonly bytes: Buffer;
}

export interface Multipart {
  readonly fields: Readonly<Record<string, string>>;
  readonly upload?: Upload;
}

const parameter = (header: string, name: string): string | undefined =>
  new RegExp(`[;\\s]${name}="?([^";]*)"?`, 'i').exec(header)?.[1];

/**
 * Reads `multipart/form-data`: text fields, and the part that has a file name.
 * Shape: parts between `--boundary`, each with headers, a blank line and bytes (RFC 7578).
 */
export function readMultipart(contentType: string, body: Buffer): Multipart {
  const boundary = parameter(contentType, 'boundary');
  if (boundary === undefined || boundary === '') return { fields: {} };
  const fields: Record<string, string> = {};
  let upload: Upload | undefined;
  for (const part of partsOf(body, `--${boundary}`)) {
    const headEnd = part.indexOf('\r\n\r\n');
    if (headEnd < 0) continue;
    const head = part.subarray(0, headEnd).toString('utf8');
    const bytes = part.subarray(headEnd + 4);
    const disposition = /content-disposition:([^\r]*)/i.exec(head)?.[1] ?? '';
    const [name, fileName] = [parameter(disposition, 'name'), parameter(disposition, 'filename')];
    if (fileName !== undefined) upload ??= { fileName, bytes };
    else if (name !== undefined) fields[name] = bytes.toString('utf8');
  }
  return upload === undefined ? { fields } : { fields, upload };
}

function* partsOf(body: Buffer, mark: string): Iterable<Buffer> {
  let start = body.indexOf(mark);
  while (start >= 0) {
    const from = start + mark.length + 2; // the line's end
    const next = body.indexOf(`\r\n${mark}`, from - 2);
    if (next < 0) return;
    yield body.subarray(from, next);
    start = next + 2;
  }
}
