import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { redisContents, type RedisReader } from './redis-contents.ts';
import { secretScan } from './secret-scan.ts';

/** Bytes that hold every value, so that each form has something to escape. */
const template = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 167 + 13) % 256));
const password = 'p"ä/55 +w';
const scan = secretScan([
  { name: 'template', value: template },
  { name: 'password', value: password },
]);
const formsIn = (content: Uint8Array | string): string[] =>
  scan.scan('here', content).map(({ secret, form }) => `${secret} ${form}`);

describe('a template is found', () => {
  test.each([
    ['as it is', template],
    ['hex', template.toString('hex')],
    ['hex', `X'${template.toString('hex').toUpperCase()}'`],
    ['spaced hex', template.toString('hex').replace(/../g, '$& ')],
    ['base64url', template.toString('base64url')],
    ['a list of numbers', JSON.stringify(template)],
    ['base64 in a URL', `?tmp=${encodeURIComponent(template.toString('base64'))}`],
    ['UTF-16', Buffer.from(template.toString('latin1'), 'utf16le')],
  ])('%s', (form, content) => {
    expect(formsIn(content)).toContain(`template ${form}`);
  });

  test.each([0, 1, 2, 3, 4])('in the base64 of something longer, %i bytes from its beginning', (before) => {
    const around = Buffer.concat([Buffer.alloc(before, 0xaa), template, Buffer.from('behind')]);
    expect(formsIn(around.toString('base64'))).toContain('template base64');
  });

  test.each([0, 100, 170, 252])('by 48 bytes of it, from byte %i', (from) => {
    const part = template.subarray(from, from + 48);
    expect(formsIn(`…${part.toString('base64')}`)).toContain('template base64');
    expect(formsIn(part)).toContain('template as it is');
  });

  test('by name and place, once', () => {
    const found = scan.scan('log', Buffer.concat([Buffer.from('line '), template, template]));
    expect(found).toEqual([{ secret: 'template', form: 'as it is', source: 'log', offset: 5 }]);
  });
});

describe('a password is found', () => {
  test.each([
    ['as it is', `Passwd=${password}\t`],
    ['JSON', JSON.stringify({ password })],
    ['URL', `p=${encodeURIComponent(password)}`],
    ['base64', Buffer.from(`admin:${password}`).toString('base64')],
    ['hex', Buffer.from(password).toString('hex')],
  ])('%s', (form, content) => {
    expect(formsIn(content)).toContain(`password ${form}`);
  });
});

test('what holds none of it gives no finding', () => {
  const other = Buffer.from(template.map((byte) => byte ^ 0x5a));
  for (const content of [other, other.toString('base64'), other.toString('hex'), 'PIN=55\tPasswd=\t'])
    expect(formsIn(content)).toEqual([]);
});

test('a secret that would be found by chance is refused without being told', () => {
  expect(() => secretScan([{ name: 'door code', value: '123' }])).toThrow(/door code has 3 bytes/);
});

test('every file below a folder is looked at', () => {
  const dir = mkdtempSync(join(tmpdir(), 'scan-'));
  try {
    mkdirSync(join(dir, 'deep', 'er'), { recursive: true });
    writeFileSync(join(dir, 'clean.log'), 'nothing');
    writeFileSync(join(dir, 'deep', 'er', '.hidden'), `x${template.toString('base64')}`);
    expect(scan.scanFolder(dir)).toMatchObject([{ secret: 'template', source: join(dir, 'deep', 'er', '.hidden') }]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

describe('Redis', () => {
  const keys: Record<string, { readonly type: string; readonly value: unknown }> = {
    'bl:1': { type: 'hash', value: ['data', '{"id":1}'] },
    'bl:2': { type: 'hash', value: ['data', template.toString('base64')] },
    'bl:wait': { type: 'list', value: ['1', '2'] },
    'bl:events': { type: 'stream', value: [['1-0', ['event', password]]] },
    'bl:gone': { type: 'none', value: null },
  };
  const redis: RedisReader = {
    call(command, ...words) {
      const names = Object.keys(keys);
      if (command === 'SCAN')
        return Promise.resolve(words[0] === '0' ? ['7', names.slice(0, 3)] : ['0', names.slice(2)]);
      const found = keys[words[0] ?? ''];
      return Promise.resolve(command === 'TYPE' ? found?.type : found?.value);
    },
  };

  test('is read key by key, each once, through its own types', async () => {
    const contents = await redisContents(redis);
    expect(contents.map(({ key }) => key)).toEqual(['bl:1', 'bl:2', 'bl:wait', 'bl:events']);
    const found = contents.flatMap(({ key, content }) => scan.scan(key, content));
    expect(found.map(({ source, secret }) => [source, secret])).toEqual([
      ['bl:2', 'template'],
      ['bl:events', 'password'],
    ]);
  });

  test('of a type that is not known is no silence', async () => {
    const odd: RedisReader = {
      call: (command) => Promise.resolve(command === 'SCAN' ? ['0', ['json:1']] : 'ReJSON-RL'),
    };
    await expect(redisContents(odd)).rejects.toThrow('json:1 is a ReJSON-RL');
  });
});
