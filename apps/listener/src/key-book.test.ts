import { describe, expect, test } from '@jest/globals';
import { createVault, keyringOfText, sealSharedKey, sharedKeySetting } from '@biolistener/security';
import type { Brand, Identity } from '@biolistener/wire';
import { benchOf, brandOf, identityOf, inputOf, SN, T0, terminalOf, textOf, vault } from '../test/kit.ts';
import { handleRequest } from './handle.ts';

const KEY = 's3cret';
const setting = (value: unknown) => [{ key: sharedKeySetting(SN), value, at: T0, by: 'test' }] as never;
const sealed = () => setting(sealSharedKey(vault, KEY));

const brand = (sharedKey: NonNullable<Brand['sharedKey']>, shown: string | undefined): Brand => {
  const key: Partial<Identity> = shown === undefined ? {} : { sharedKey: shown };
  return brandOf({ sharedKey, identify: () => identityOf(key) });
};

const said = async (bench: Awaited<ReturnType<typeof benchOf>>, with_: Brand, address = '192.0.2.10') =>
  textOf(await handleRequest(inputOf({ remoteAddress: address }), { ...bench.deps, brands: [with_] }));

describe('a terminal whose key was set', () => {
  test.each([
    ['shows it', KEY, 'committed'],
    ['shows another', 'other', 'blocked'],
    ['shows none', '', 'blocked'],
    ['cannot show one in this request', undefined, 'blocked'],
  ])('and %s', async (_, shown, outcome) => {
    const bench = await benchOf({ settings: sealed() });
    expect(await said(bench, brand('every-request', shown))).toBe(outcome);
    expect(bench.registry.find(SN)?.lastContactAt).toBe(outcome === 'blocked' ? 0 : T0);
  });

  test('shows it when it greets, and is believed from that address from then on, after a restart too', async () => {
    const settings = sealed();
    const bench = await benchOf({ settings });
    expect(await said(bench, brand('greeting', undefined))).toBe('blocked');
    expect(await said(bench, brand('greeting', KEY))).toBe('committed');
    expect(await said(bench, brand('greeting', undefined))).toBe('committed');
    expect(await said(bench, brand('greeting', undefined), '192.0.2.99')).toBe('blocked');
    const profile = bench.registry.find(SN)?.terminal.profile ?? {};
    expect(JSON.stringify(profile)).not.toContain(KEY);
    const later = await benchOf({ settings, terminals: [terminalOf({ profile })] });
    expect(await said(later, brand('greeting', undefined))).toBe('committed');
    const changed = await benchOf({ settings: sealed(), terminals: [terminalOf({ profile })] });
    expect(await said(changed, brand('greeting', undefined))).toBe('blocked'); // set anew: it must greet again
  });

  test('is believed soon after it greeted another listener', async () => {
    const settings = sealed();
    const other = await benchOf({ settings });
    await said(other, brand('greeting', KEY));
    const { profile = {} } = other.registry.find(SN)?.terminal ?? {};
    const looks: string[] = [];
    const findTerminal = (serialNumber: string) => {
      looks.push(serialNumber);
      return Promise.resolve({
        ...terminalOf({ profile }),
        punches: 0,
        lastPunchAt: undefined,
        quarantined: 0,
        parked: 0,
      });
    };
    const bench = await benchOf({ settings, store: { findTerminal } });
    const outcomes = [];
    for (let i = 0; i < 3; i += 1) outcomes.push(await said(bench, brand('greeting', undefined)));
    expect(outcomes).toEqual(['blocked', 'committed', 'committed']);
    expect(looks).toEqual([SN]);
  });

  test('is refused in words that keep its records, counted, and told in the log without what it showed', async () => {
    const bench = await benchOf({ settings: sealed() });
    await said(bench, brand('every-request', 'wrong-key'));
    expect(bench.uploads).toEqual([]);
    expect(await bench.deps.metrics.registry.metrics()).toContain('biolistener_limited_total{limit="key"} 1');
    expect(bench.log.lines.join('\n')).toMatch(/warn a request without the key of its terminal is refused/);
    expect(bench.log.lines.join('\n')).not.toContain('wrong-key');
  });

  test('is refused while its key cannot be read, rather than let in', async () => {
    const lost = sealSharedKey(createVault(keyringOfText('77'.repeat(32))), KEY);
    const bench = await benchOf({ settings: setting(lost) });
    expect(await said(bench, brand('every-request', KEY))).toBe('blocked');
    expect(bench.log.lines.join('\n')).toContain('the shared key of a terminal cannot be read');
  });

  test('is not quarantined before it is approved either', async () => {
    const bench = await benchOf({ settings: sealed(), terminals: [terminalOf({ status: 'pending' })] });
    expect(await said(bench, brand('every-request', ''))).toBe('blocked');
  });
});

test('a terminal without one may show what it likes', async () => {
  const bench = await benchOf();
  expect(await said(bench, brand('every-request', 'anything'))).toBe('committed');
});
