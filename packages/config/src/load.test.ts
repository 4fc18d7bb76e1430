import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadSettings } from './load.ts';
import { SETTINGS } from './settings.ts';
import { exampleFile, settingsTable, showSettings } from './show.ts';

let dir = '';
const none = (): string => join(dir, 'empty.env');
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'config-'));
  writeFileSync(none(), '');
});
afterAll(() => rmSync(dir, { recursive: true }));

const load = (environment: Record<string, string>) => loadSettings({ BIOLISTENER_CONFIG: none(), ...environment });

describe('settings', () => {
  test('have the documented defaults', () => {
    const { settings, origins } = load({});
    expect(settings).toMatchObject({
      publicPort: 8998,
      apiPort: 8999,
      sandboxPort: 8997,
      redisPort: 8996,
      listenerPort: 8990,
      dataDir: './data',
    });
    expect(origins.publicPort).toBe('default');
  });

  test('are taken from the environment before the file', () => {
    const file = join(dir, 'a.env');
    writeFileSync(file, 'BIOLISTENER_PORT=7001\nBIOLISTENER_API_PORT=7002\n');
    const { settings, origins } = loadSettings({ BIOLISTENER_CONFIG: file, BIOLISTENER_PORT: '7003' });
    expect([settings.publicPort, settings.apiPort]).toEqual([7003, 7002]);
    expect([origins.publicPort, origins.apiPort]).toEqual(['environment', file]);
  });

  test.each([
    ['BIOLISTENER_PORT', 'eighty', 'a whole number from 1 to 65535'],
    ['BIOLISTENER_PORT', '70000', 'a whole number from 1 to 65535'],
    ['BIOLISTENER_TIME_ZONE', 'Bombay', 'an IANA zone'],
    ['REDIS_URL', 'http://x', 'redis://'],
    ['ERPNEXT_URL', 'erp.example', 'https://'],
    ['BIOLISTENER_LOG_LEVEL', 'loud', 'error, warn, info, debug or silent'],
    ['BIOLISTENER_MAX_BODY_MIB', '0', 'a whole number from 1 to 1024'],
    ['BIOLISTENER_KEEP_UNKNOWN_REQUESTS', 'maybe', 'yes or no'],
    ['BIOLISTENER_MASTER_KEY', 'short', '64 hex digits or the base64 of 32 bytes'],
    ['BIOLISTENER_TRUSTED_PROXIES', 'abc', 'IP addresses or networks such as 10.1.0.0/16'],
    ['BIOLISTENER_TRUSTED_PROXIES', '127.0.0.1, 10.0.0.0/33', 'IP addresses or networks'],
    ['BIOLISTENER_TRUSTED_PROXIES', '2001:db8::/129', 'IP addresses or networks'],
    ['BIOLISTENER_TRUSTED_PROXIES', '10.0.0.0/8/8', 'IP addresses or networks'],
    ['BIOLISTENER_TRUSTED_PROXIES', '10.0.0.0/', 'IP addresses or networks'],
    ['BIOLISTENER_TRUSTED_PROXIES', 'fe80::1%eth0', 'IP addresses or networks'],
  ])('%s=%s is refused by name with what is allowed', (name, value, allowed) => {
    expect(() => load({ [name]: value })).toThrow(new RegExp(`${name} must be .*${allowed.replace(/[/]/g, '\\/')}`));
  });

  test('that do not fit are all named at once, and secrets are not repeated', () => {
    const attempt = () => load({ BIOLISTENER_PORT: 'x', BIOLISTENER_API_PORT: 'y', REDIS_URL: 'hunter2' });
    expect(attempt).toThrow(/BIOLISTENER_PORT[^]*BIOLISTENER_API_PORT/);
    expect(attempt).not.toThrow(/hunter2/);
  });

  test('that contradict each other are refused', () => {
    expect(() => load({ ERPNEXT_URL: 'https://erp.example' })).toThrow(/ERPNEXT_API_KEY/);
    expect(() => load({ BIOLISTENER_PORT: '8999' })).toThrow(/two different ports/);
  });

  test('secrets come from files, and a missing file is named', () => {
    const file = join(dir, 'secret');
    writeFileSync(file, 'abc\n');
    const { settings } = load({
      ERPNEXT_URL: 'https://erp.example',
      ERPNEXT_API_KEY: 'k',
      ERPNEXT_API_SECRET_FILE: file,
    });
    expect(settings.erpnextApiSecret).toBe('abc');
    expect(() => load({ ERPNEXT_API_SECRET_FILE: join(dir, 'none') })).toThrow(/ERPNEXT_API_SECRET_FILE/);
  });

  test('a master key is hex or base64, and where it came from a file that is what is named', () => {
    const bytes = Buffer.alloc(32, 7);
    for (const key of [bytes.toString('hex'), bytes.toString('base64'), ` ${bytes.toString('base64')}\n`])
      expect(load({ BIOLISTENER_MASTER_KEY: key }).settings.masterKey).toBe(key);
    const file = join(dir, 'key');
    writeFileSync(file, 'hunter2');
    const attempt = () => load({ BIOLISTENER_MASTER_KEY_FILE: file });
    expect(attempt).toThrow(/BIOLISTENER_MASTER_KEY_FILE must be 64 hex digits/);
    expect(attempt).not.toThrow(/hunter2/);
  });

  test('trusted proxies are addresses and networks of both families', () => {
    const { settings } = load({ BIOLISTENER_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8,::1,2001:db8::/32,' });
    expect(settings.trustedProxies).toEqual(['127.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32']);
  });

  test('misspelt names are told', () => {
    expect(load({ BIOLISTENER_PROT: '1' }).unknownNames).toEqual(['BIOLISTENER_PROT']);
  });

  test('are shown with secrets masked', () => {
    const shown = showSettings(
      load({ ERPNEXT_URL: 'https://erp.example', ERPNEXT_API_KEY: 'hunter1', ERPNEXT_API_SECRET: 'hunter2' }),
    );
    expect(JSON.stringify(shown)).not.toContain('hunter');
    expect(shown.find((s) => s.name === 'BIOLISTENER_ERPNEXT_API_SECRET')?.value).toBe('********');
  });
});

test('the example file names every setting, and loads once uncommented', () => {
  const file = join(dir, 'example.env');
  const text = exampleFile();
  for (const spec of Object.values(SETTINGS)) expect(text).toContain(`#${spec.names[0]}=`);
  writeFileSync(file, text.replace(/^#(BIOLISTENER_)/gm, '$1'));
  expect(loadSettings({ BIOLISTENER_CONFIG: file }).unknownNames).toEqual([]);
  expect(settingsTable()).toContain('`BIOLISTENER_PORT`');
});
