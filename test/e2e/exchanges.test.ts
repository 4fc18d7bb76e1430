import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { brands } from '@biolistener/brands';
import { storeError, type Store, type TakeOptions } from '@biolistener/store';
import { capturesOf, readCapture, serial, serialOf, type Capture } from '../support/captures.ts';
import { liveListener, liveNginx, type LiveListener } from '../support/live-listener.ts';
import { freePorts } from '../support/ports.ts';
import { exchange, parseReplies, type RawReply } from '../support/raw-http.ts';

// Every recorded exchange again, over real sockets: straight to the listener, and through a real nginx.

let listenerPort = 0;
let nginx: Awaited<ReturnType<typeof liveNginx>>;

beforeAll(async () => {
  [listenerPort = 0] = await freePorts(1);
  nginx = await liveNginx(listenerPort);
});
afterAll(() => nginx.stop());

/** Hands out the commands that the exchange was recorded with, and fails to store where it was recorded so. */
const staged =
  (capture: Capture) =>
  (store: Store): Store => {
    let commands = capture.given.commands.map((command) => ({
      ...command,
      serialNumber: serial(''),
      state: 'sent' as const,
      resultCode: undefined,
      sentAt: 0,
      createdAt: 0,
    }));
    const own = {
      takeCommands: (_serial: string, { limit }: TakeOptions) => {
        const taken = commands.slice(0, limit);
        commands = commands.slice(limit);
        return Promise.resolve(taken);
      },
      terminalsWithCommands: () =>
        Promise.resolve(commands.length > 0 ? [serial(serialOf(capture.request) ?? '')] : []),
      ...(capture.given.isStoreDown
        ? { commitUpload: () => Promise.reject(storeError('STORE_UNAVAILABLE', 'down')) }
        : {}),
    };
    return new Proxy(store, {
      get: (target, name, receiver) => {
        const value: unknown = name in own ? own[name as keyof typeof own] : Reflect.get(target, name, receiver);
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
      },
    });
  };

async function prepared(capture: Capture): Promise<LiveListener> {
  const { given } = capture;
  const at = Date.parse(given.now);
  const live = await liveListener({
    port: listenerPort,
    now: () => at,
    wrapStore: staged(capture),
    seed: async (store) => {
      const serialNumber = serial(given.serialNumber ?? serialOf(capture.request) ?? '');
      if (given.status === 'pending') return;
      await store.changeTerminal(
        serialNumber,
        { status: given.status, settings: { zone: given.zone, options: given.options as never } },
        'test',
        capture.brand,
      );
      const nothing = { punches: [], users: [], templates: [], photos: [], operations: [], results: [], parked: [] };
      await store.commitUpload({
        ...nothing,
        correlationId: 'seed',
        serialNumber,
        brand: capture.brand,
        operation: 'seed',
        remoteAddress: '',
        receivedAt: at,
        profile: given.profile as never,
        stamps: given.stamps,
      });
    },
  });
  return live;
}

async function replay(capture: Capture, port: number): Promise<RawReply> {
  const live = await prepared(capture);
  try {
    for (const earlier of capture.given.after)
      await exchange(port, readCapture(capture.brand, earlier).request, { replies: 1 });
    const [reply] = parseReplies(await exchange(port, capture.request, { replies: 1 }));
    if (!reply) throw new Error('no reply');
    return reply;
  } finally {
    await live.stop();
  }
}

function compare(reply: RawReply, { reply: wanted }: Capture): void {
  const body = reply.body.toString('latin1');
  expect(reply.status).toBe(wanted.status);
  if (wanted.body !== undefined) expect(reply.body.toString()).toBe(wanted.body);
  if (wanted.bodyHex !== undefined) expect(reply.body.toString('hex')).toBe(wanted.bodyHex);
  if (wanted.bodyStartsWith !== undefined) expect(body.startsWith(wanted.bodyStartsWith)).toBe(true);
  for (const part of wanted.bodyContains) expect(body).toContain(part);
  for (const part of wanted.bodyLacks) expect(body).not.toContain(part);
}

/** Header names in the case that terminals look for, as far as the brand fixes them. */
function compareHeaders(reply: RawReply, wanted: readonly string[]): void {
  for (let i = 0; i < wanted.length; i += 2) {
    const at = reply.headers.indexOf(wanted[i] ?? '');
    expect({ name: wanted[i], value: reply.headers[at + 1] }).toEqual({ name: wanted[i], value: wanted[i + 1] });
  }
  expect(reply.headers.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'connection')).toHaveLength(1);
}

/** Brands whose terminals we call have no exchange with the listener. */
const pushing = brands.filter((brand) => brand.isPulled !== true);

describe.each(pushing.map((brand) => brand.name))('%s', (brand) => {
  const captures = capturesOf(brand);

  test('has recorded exchanges', () => expect(captures.length).toBeGreaterThan(10));

  test.each(captures)('$name, straight to the listener', async (capture) => {
    const reply = await replay(capture, listenerPort);
    compare(reply, capture);
    // byte for byte where the brand fixes the whole head
    const { headers } = capture.reply;
    if (headers && !headers.includes('Date')) expect(reply.headers).toEqual(headers);
  });

  test.each(captures)('$name, through nginx', async (capture) => {
    const reply = await replay(capture, nginx.port);
    compare(reply, capture);
    if (capture.reply.headers) compareHeaders(reply, capture.reply.headers);
    expect(reply.raw.indexOf('\r\n\r\n')).toBeLessThan(2048);
  });
});
