import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { data, doctype, openSite, rule, type Site } from './site.ts';

let own: Site;
const bearer = (key: string) => ({ Authorization: `token ${key}:${key}` });

beforeAll(async () => {
  own = await openSite();
  const permissions = [rule('System Manager', 'read write create'), rule('HR User', 'read')];
  await own.post(
    'DocType',
    doctype('Paper', [data('title'), data('scan', { fieldtype: 'Attach' })], { autoname: 'field:title', permissions }),
  );
  await own.post('Paper', { title: 'One' });
});
afterAll(() => own.site.stop());

interface Sent {
  readonly name?: string;
  readonly bytes?: string | Uint8Array<ArrayBuffer>;
  readonly as?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** Uploads as a browser would. */
async function upload({ name = 'a.txt', bytes = 'hello', as = 'sandbox', fields = { is_private: '1' } }: Sent) {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) form.append(key, value);
  form.append('file', new Blob([bytes]), name);
  const headers = { ...bearer(as), Accept: 'application/json' };
  const response = await fetch(`${own.site.url}/api/method/upload_file`, { method: 'POST', headers, body: form });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  // the answer of upload_file, as the contract has it
  const { message = {} } = isJson ? (JSON.parse(text) as { message?: Record<string, unknown> }) : {};
  return { status: response.status, type: response.headers.get('content-type'), message };
}

const fetchFile = (url: unknown, headers: Record<string, string> = {}) =>
  fetch(own.site.url + encodeURI(String(url)), { headers });

const attached = { is_private: '1', doctype: 'Paper', docname: 'One', fieldname: 'scan' };

describe('contract cases: files', () => {
  test('case 86: private upload; the same bytes lie at the same address', async () => {
    const bytes = Uint8Array.from({ length: 300 }, (_none, index) => index % 256);
    const first = await upload({ name: 'scan one.bin', bytes });
    expect(first).toMatchObject({
      status: 200,
      message: { file_name: 'scan one.bin', file_url: '/private/files/scan one.bin', is_private: 1, file_size: 300 },
    });
    expect(first.message['content_hash']).toBe(createHash('md5').update(bytes).digest('hex'));
    const again = await upload({ name: 'other.dat', bytes });
    expect(again.message['file_url']).toBe('/private/files/scan one.bin');
    expect(again.message['name']).not.toBe(first.message['name']);
    expect(Buffer.from(await (await fetchFile(first.message['file_url'], bearer('sandbox'))).arrayBuffer())).toEqual(
      Buffer.from(bytes),
    );
    const publicOne = await upload({ name: 'other.dat', bytes, fields: {} });
    expect(publicOne.message).toMatchObject({ file_url: '/files/other.dat', is_private: 0 });
  });

  test('the same name with other bytes gets the end of its hash', async () => {
    await upload({ name: 'twice.txt', bytes: 'first' });
    const { message } = await upload({ name: 'twice.txt', bytes: 'second' });
    expect(message['file_url']).toBe(
      `/private/files/twice${createHash('md5').update('second').digest('hex').slice(-6)}.txt`,
    );
  });

  test('case 87: bytes for who may read the document, a page for others, 401 for a bad token', async () => {
    const { message } = await upload({ name: 'paper.txt', bytes: 'on paper', fields: attached });
    const url = message['file_url'];
    expect(await (await fetchFile(url, bearer('hr-user'))).text()).toBe('on paper');
    for (const headers of [{}, bearer('nobody')]) {
      const refused = await fetchFile(url, headers);
      expect([refused.status, refused.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
    }
    expect((await fetchFile('/private/files/never.txt', bearer('sandbox'))).status).toBe(403);
    expect((await fetchFile(url, bearer('bad'))).status).toBe(401);
    const method = `/api/method/download_file?file_url=${encodeURIComponent(String(url))}`;
    expect((await own.ask(method, { as: 'hr-user' })).text).toBe('on paper');
    const json = await own.ask(method, { as: 'nobody' });
    expect([json.status, json.json['exc_type']]).toEqual([403, 'PermissionError']);
  });

  test('a public file is for everybody; markup comes as attachment', async () => {
    const { message } = await upload({ name: 'page.html', bytes: '<p>x</p>', fields: {} });
    const got = await fetchFile(message['file_url']);
    expect([got.status, got.headers.get('content-disposition')]).toEqual([
      200,
      "attachment; filename*=UTF-8''page.html",
    ]);
  });

  test('attaching needs write; what is not there yet is tolerated; the field of the document stays', async () => {
    expect((await upload({ as: 'hr-user', fields: attached })).status).toBe(403);
    expect((await upload({ as: 'hr-user', fields: { ...attached, docname: 'Not yet' } })).status).toBe(200);
    await upload({ name: 'label.txt', bytes: 'label', fields: attached });
    expect((await own.get('Paper', 'One')).at('data.scan')).toBeUndefined();
  });

  test('base64: attach_file sets the field, a File document does not', async () => {
    const body = {
      filename: 'b.txt',
      filedata: Buffer.from('in base64').toString('base64'),
      decode_base64: 1,
      is_private: 1,
      doctype: 'Paper',
      docname: 'One',
      docfield: 'scan',
    };
    const told = await own.call('frappe.client.attach_file', body);
    expect((await own.get('Paper', 'One')).at('data.scan')).toBe(told.at('message.file_url'));
    const file = {
      file_name: 'c.txt',
      content: Buffer.from('as document').toString('base64'),
      decode: true,
      is_private: 1,
    };
    const made = await own.post('File', file);
    expect(made.json['data']).not.toHaveProperty('content');
    expect(await (await fetchFile(made.at('data.file_url'), bearer('sandbox'))).text()).toBe('as document');
  });

  test('nothing to store is an OSError', async () => {
    const told = await own.call('upload_file', { is_private: 1 });
    expect([told.status, told.json['exc_type']]).toEqual([500, 'OSError']);
    expect(told.json['exception']).toBe('OSError: File  does not exist');
  });

  test('attachments go with their document, and the last File with its bytes', async () => {
    await own.post('Paper', { title: 'Gone' });
    const { message } = await upload({
      name: 'gone.txt',
      bytes: 'soon gone',
      fields: { ...attached, docname: 'Gone' },
    });
    await own.put('DocType', 'Paper', { permissions: [rule('System Manager', 'read write create delete')] });
    expect((await own.remove('Paper', 'Gone')).status).toBe(202);
    expect((await own.get('File', String(message['name']))).status).toBe(404);
    expect((await fetchFile(message['file_url'], bearer('sandbox'))).status).toBe(403);
  });

  test('case 88: over the limit is 413, as a page', async () => {
    await own.put('System Settings', 'System Settings', { max_file_size: 1 }, { as: 'system-manager' });
    const told = await upload({ name: 'big.bin', bytes: new Uint8Array(1_100_000) });
    await own.put('System Settings', 'System Settings', { max_file_size: 0 });
    expect(told).toMatchObject({ status: 413, type: 'text/html; charset=utf-8' });
  });

  test('the bytes are in no list and no count of the control path', async () => {
    const state = await own.ask('/__sandbox/state');
    expect(Object.keys(state.at('counts') as object).filter((name) => name.startsWith('__'))).not.toContain('__File');
  });
});
