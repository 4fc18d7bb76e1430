import { describe, expect, test } from '@jest/globals';
import { asSerialNumber, type LocalTime } from '@biolistener/core';
import { encodeClock } from './zk-tcp/clock.ts';
import { zkTcp } from './zk-tcp/brand.ts';
import { tableInput } from './zk-tcp/table-input.ts';
import { zkteco } from './zkteco/index.ts';

// A terminal that pushes may be called as well: the same punch must be the same one both ways (docs/pull.md).

const NOW = Date.UTC(2026, 10, 22);
const SN = asSerialNumber('ZKT0000001');
const TERMINAL = { serialNumber: SN, zone: 'Asia/Kolkata', profile: {}, stamps: {}, options: {} };
const AT = '2026-11-21 08:05:30' as LocalTime;

function record16(workCode = 0): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(7, 0);
  bytes.writeUInt32LE(encodeClock(AT), 4);
  bytes[8] = 1; // verify
  bytes.writeUInt32LE(workCode, 12);
  return bytes;
}

const punchesOf = (layout: '16' | '49', records: Uint8Array) =>
  zkTcp
    .decode(tableInput(SN, layout, records, '192.0.2.9'), { now: NOW, terminal: TERMINAL })
    .events.flatMap((event) => (event.kind === 'punch' ? [event.punch] : []));

describe('a punch that comes both ways', () => {
  const pushed = (row: string): string | undefined => {
    const head = { method: 'POST', target: `/iclock/cdata?SN=${SN}&table=ATTLOG`, httpVersion: '1.1', headers: [] };
    const input = { ...head, remoteAddress: '', body: Buffer.from(row) };
    const [event] = zkteco.decode(input, { now: NOW, terminal: TERMINAL }).events;
    return event?.kind === 'punch' ? event.punch.id : undefined;
  };
  /** As C18 has it: 7 where one reader takes a work code from. */
  const record49 = (extra: string): Buffer => {
    const record = Buffer.alloc(49);
    record.write('1001', 2);
    record[26] = 15;
    record.writeUInt32LE(encodeClock(AT), 27);
    record[31] = 1;
    record.set(Buffer.from(extra, 'hex'), 40);
    return record;
  };

  test('is one, with a work code where the record tells it', () => {
    const ids = punchesOf('16', Buffer.concat([record16(), record16(9)])).map(({ id }) => id);
    expect(ids).toEqual([pushed(`7\t${AT}\t0\t1\t0\t0`), pushed(`7\t${AT}\t0\t1\t9\t0`)]);
    expect(pushed(`7\t${AT}\t0\t1`)).toBe(ids[0]);
  });

  test('is one, whatever stands in bytes that nobody knows, and they are shown as nothing', () => {
    const [punch, other] = punchesOf('49', Buffer.concat([record49('0700000000'), record49('00000000000000ff')]));
    expect([punch?.id, other?.id]).toEqual(Array(2).fill(pushed(`1001\t${AT}\t1\t15\t0\t0`)));
    expect([punch?.workCode, other?.workCode]).toEqual([undefined, undefined]);
  });
});
