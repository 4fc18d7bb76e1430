import { describe, expect, test } from '@jest/globals';
import { asSerialNumber, type Punch, type Terminal } from '@biolistener/core';
import { packRequest, quarantineOf } from '@biolistener/intake';
import { createVault, keyringOfText } from '@biolistener/security';
import type { ParkedItem, QuarantinedItem, Store, Upload } from '@biolistener/store';
import type { Brand, WireInput } from '@biolistener/wire';
import { benchOf, brandOf, decodedOf, identityOf, inputOf, pieceOf, SN, T0, terminalOf, vault } from '../test/kit.ts';
import { replayWaiting } from './replay.ts';

const OTHER = asSerialNumber('TEST0000002');
const BEFORE = T0 - 3_600_000;
const punch = { id: 'p' } as Punch; // only passed on here

/** Reads a body that says `good`; anything else is parked. It moves a pointer, as every upload does. */
const reader = (own: Partial<Brand> = {}): Brand =>
  brandOf({
    decode: (input) => {
      const text = Buffer.from(input.body).toString();
      const facts = { stamps: { PAPER: '1' }, profile: { old: true } };
      if (text.startsWith('good')) return decodedOf({ events: [{ kind: 'punch', punch }], facts });
      return decodedOf({ parked: [pieceOf(text)], facts });
    },
    ...own,
  });

const parkedOf = (body: string, with_: Partial<ParkedItem> = {}): ParkedItem => ({
  id: 1,
  serialNumber: SN,
  brand: 'paper',
  reason: 'PAPER_TORN',
  detail: '',
  table: 'PAPER',
  digest: 'd',
  size: body.length,
  isSensitive: false,
  request: { method: 'POST', target: '/paper?SN=1', httpVersion: '1.1', operation: 'paper/lines', headers: ['A', 'b'] },
  firstAt: BEFORE,
  lastAt: BEFORE,
  count: 1,
  state: 'retry',
  sealed: vault.seal('parked', Buffer.from(body)),
  ...with_,
});

const quarantined = (id: number, body: string, with_: Partial<QuarantinedItem> = {}): QuarantinedItem => ({
  ...quarantineOf(
    inputOf({ body: Buffer.from(body) }),
    { ...identityOf(), serialNumber: with_.serialNumber ?? SN },
    'paper',
    BEFORE,
    vault,
  ),
  id,
  count: 1,
  ...with_,
});

interface Held {
  readonly parked?: readonly ParkedItem[];
  readonly quarantine?: readonly QuarantinedItem[];
  readonly terminals?: readonly Terminal[];
  readonly brand?: Brand;
  readonly commitUpload?: Store['commitUpload'];
}

async function replayed(held: Held) {
  const states: unknown[] = [];
  const released: number[] = [];
  let waiting = [...(held.quarantine ?? [])];
  const bench = await benchOf({
    terminals: held.terminals ?? [terminalOf({ stamps: { PAPER: '9' } })],
    store: {
      listParked: ({ state }) => Promise.resolve((held.parked ?? []).filter((item) => item.state === state)),
      setParkedState: (id, state, actor) => Promise.resolve(states.push([id, state, actor]) > 0),
      terminalsWithQuarantine: () => Promise.resolve([...new Set(waiting.map((item) => item.serialNumber))]),
      listQuarantine: (sn, limit) =>
        Promise.resolve(waiting.filter((item) => item.serialNumber === sn).slice(0, limit)),
      releaseQuarantine: (ids) => {
        released.push(...ids);
        waiting = waiting.filter((item) => !ids.includes(item.id));
        return Promise.resolve();
      },
      ...(held.commitUpload ? { commitUpload: held.commitUpload } : {}),
    },
    deps: { brands: [held.brand ?? reader()] },
  });
  await replayWaiting(bench.deps);
  return { ...bench, states, released };
}

/** Records that were taken in, and nothing of the terminal beside them. */
function expectRecordsAlone(uploads: readonly Upload[]): void {
  for (const upload of uploads) {
    expect(upload).not.toHaveProperty('stamps');
    expect(upload).not.toHaveProperty('profile');
    expect(upload).not.toHaveProperty('transfer');
    expect(upload).toMatchObject({ isReplay: true, receivedAt: BEFORE });
  }
}

describe('a parked piece that a person asked for again', () => {
  test('is resolved once it can be read; its records go on their way, its old pointer does not', async () => {
    const { uploads, states, nudges, registry } = await replayed({ parked: [parkedOf('good')] });
    expect(uploads).toMatchObject([{ serialNumber: SN, punches: [punch], parked: [] }]);
    expectRecordsAlone(uploads);
    expect([states, nudges()]).toEqual([[[1, 'resolved', 'system']], 1]);
    expect(registry.find(SN)?.terminal.stamps).toEqual({ PAPER: '9' });
  });

  test('is put back under the request that brought it', async () => {
    const seen: WireInput[] = [];
    const brand = reader({ claims: (head) => seen.push(head as WireInput) > 0 }); // the whole input is asked about
    await replayed({ parked: [parkedOf('good line')], brand });
    expect(seen[0]).toMatchObject({ method: 'POST', target: '/paper?SN=1', headers: ['A', 'b'] });
    expect(Buffer.from(seen[0]!.body).toString()).toBe('good line');
  });

  test('that was kept as a whole request is unpacked whole', async () => {
    const packed = packRequest(inputOf({ target: '/whole', body: Buffer.from('good') }));
    const seen: string[] = [];
    const { states } = await replayed({
      parked: [parkedOf('', { request: { isWholeRequest: true }, sealed: vault.seal('parked', packed) })],
      brand: reader({ claims: ({ target }) => seen.push(target) > 0 }),
    });
    expect([seen[0], states]).toEqual(['/whole', [[1, 'resolved', 'system']]]);
  });

  test('without what only the whole message had: its length, and its cipher', async () => {
    const headers = ['Content-Length', '999', 'blk_no', '0', 'Encrypt', '1', 'dev_id', 'x', 'Content-Type', 'y'];
    const seen: WireInput[] = [];
    const brand = reader({ claims: (head) => seen.push(head as WireInput) > 0 }); // as above
    const item = parkedOf('good');
    await replayed({ parked: [{ ...item, request: { ...item.request, headers } }], brand });
    expect(seen[0]?.headers).toEqual(['dev_id', 'x', 'Content-Type', 'y']);
  });

  const staysParked = [[[1, 'parked', 'system']], 0];
  test.each([
    ['cannot be read yet', { parked: [parkedOf('torn')] }],
    ['gives no record', { parked: [parkedOf('good')], brand: reader({ decode: () => decodedOf() }) }],
    [
      'is of a terminal that is pending',
      { parked: [parkedOf('good')], terminals: [terminalOf({ status: 'pending' })] },
    ],
    ['is of a terminal of another brand', { parked: [parkedOf('good')], terminals: [terminalOf({ brand: 'stone' })] }],
    ['is of nobody that is known', { parked: [parkedOf('good')], terminals: [] }],
    ['no brand claims', { parked: [parkedOf('good')], brand: reader({ claims: () => false }) }],
    ['does not open', { parked: [parkedOf('good', { sealed: { keyId: 'gone', bytes: Buffer.alloc(40) } })] }],
    ['has a request that is none', { parked: [parkedOf('good', { request: {} })] }],
    ['cannot be stored', { parked: [parkedOf('good')], commitUpload: () => Promise.reject(new Error('disk full')) }],
  ] satisfies [string, Held][])('one that %s stays parked, and nothing of it is taken in', async (_, held) => {
    const { uploads, states, nudges } = await replayed(held);
    expect([states, nudges()]).toEqual(staysParked);
    expect(uploads).toEqual([]);
  });

  test('one that cannot be read does not keep the others back', async () => {
    const broken = parkedOf('good', { id: 1, sealed: { keyId: 'gone', bytes: Buffer.alloc(40) } });
    const { states } = await replayed({ parked: [broken, parkedOf('good', { id: 2 })] });
    expect(states).toEqual([
      [1, 'parked', 'system'],
      [2, 'resolved', 'system'],
    ]);
  });
});

describe('what a terminal sent before it was approved', () => {
  test('is taken in at its own time and released, its old pointer left out', async () => {
    const { uploads, released, nudges } = await replayed({
      quarantine: [quarantined(1, 'good 1'), quarantined(2, 'good 2')],
    });
    expect(uploads.map(({ punches }) => punches)).toEqual([[punch], [punch]]);
    expectRecordsAlone(uploads);
    expect([released, nudges() > 0]).toEqual([[1, 2], true]);
  });

  test('pieces of it that cannot be read are parked with their reason', async () => {
    const { uploads, released } = await replayed({ quarantine: [quarantined(1, 'torn')] });
    expect(uploads).toMatchObject([{ parked: [{ reason: 'PAPER_TORN' }], punches: [] }]);
    expect(released).toEqual([1]);
  });

  test.each([
    ['pending', terminalOf({ status: 'pending' })],
    ['blocked', terminalOf({ status: 'blocked' })],
    ['approved without a zone', { ...terminalOf(), zone: undefined } as unknown as Terminal],
    ['approved for another brand', terminalOf({ brand: 'stone' })],
  ])('waits while the terminal is %s', async (_, terminal) => {
    const { uploads, released } = await replayed({ terminals: [terminal], quarantine: [quarantined(1, 'good')] });
    expect([uploads, released]).toEqual([[], []]);
  });

  test('in the words of another brand it stays where it is', async () => {
    const { released } = await replayed({
      quarantine: [quarantined(1, 'good', { brand: 'stone' }), quarantined(2, 'good')],
    });
    expect(released).toEqual([2]);
  });

  test('stays when the store does not take it', async () => {
    const attempt = replayed({
      quarantine: [quarantined(1, 'good')],
      commitUpload: () => Promise.reject(new Error('disk full')),
    });
    // the next round tries again, whether this one ends with the failure or goes on
    const released = await attempt.then((done) => done.released).catch(() => []);
    expect(released).toEqual([]);
  });

  test('one that does not open any more stays, and keeps nobody else back', async () => {
    const stranger = createVault(keyringOfText('77'.repeat(32)));
    const lost = quarantined(1, 'good', { sealed: stranger.seal('quarantine', Buffer.from('x')) });
    const { released, log } = await replayed({
      terminals: [terminalOf(), terminalOf({ serialNumber: OTHER })],
      quarantine: [lost, quarantined(2, 'good'), quarantined(3, 'good', { serialNumber: OTHER })],
    });
    expect(released).toEqual([2, 3]);
    expect(log.lines.join('\n')).toMatch(/error a request from quarantine cannot be read/);
  });

  test('one that breaks its codec is parked whole, where a person sees it', async () => {
    const { uploads, released } = await replayed({
      quarantine: [quarantined(1, 'poison')],
      brand: reader({
        decode: () => {
          throw new Error('index out of range');
        },
      }),
    });
    expect(uploads).toMatchObject([{ serialNumber: SN, parked: [{ reason: 'LISTENER_DECODER_FAILED', size: 6 }] }]);
    expect(released).toEqual([1]);
  });
});
