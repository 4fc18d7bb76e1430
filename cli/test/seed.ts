import { join } from 'node:path';
import {
  asPin,
  asSerialNumber,
  digestOf,
  punchIdOf,
  toInstant,
  type LocalTime,
  type Punch,
  type PunchFlag,
} from '@biolistener/core';
import { createVault, openKeyFile } from '@biolistener/security';
import { openSqliteStore, type ParkedPiece, type Store, type Upload } from '@biolistener/store';

export const ZONE = 'Asia/Kolkata';
export const TARGET = 'site00000001';
export const FRONT = asSerialNumber('FRONT00001');
export const NEW = asSerialNumber('NEWCOMER02');
/** Names that somebody sent to break a screen, a line, or a page. */
export const HOSTILE_NAME = '\u001b[31mred\u001b[0m <b>bold</b>\u202egnp.exe';
export const HOSTILE_PIN = '6\u009b2J\u001b]0;owned\u0007';

export const wall = (text: string): LocalTime => text as LocalTime;

export function punch(pin: string, wallTime: string, flags: readonly PunchFlag[] = []): Punch {
  const at = toInstant(wall(wallTime), ZONE);
  return {
    id: punchIdOf(FRONT, [pin, wallTime]),
    serialNumber: FRONT,
    brand: 'zkteco',
    pin: asPin(pin),
    wallTime: wall(wallTime),
    zone: ZONE,
    ...at,
    state: 0,
    verifyMode: '1',
    workCode: undefined,
    claimedDirection: 'IN',
    flags,
    extra: {},
    raw: Buffer.from(`${pin}\t${wallTime}\t0\t1`),
  };
}

export const DELIVERED = punch('17', '2026-03-09 08:35:30');
export const UNKNOWN = punch('99', '2026-03-09 08:40:00');
export const WAITING = punch('18', '2026-03-09 08:41:00');
export const IMPLAUSIBLE = punch('19', '2000-01-01 00:00:00', ['clock-implausible']);
export const HOSTILE = punch(HOSTILE_PIN, '2026-03-09 08:50:00');
export const RECEIVED_AT = Date.parse('2026-03-09T03:05:31.200Z');

const NOTHING = { users: [], templates: [], photos: [], operations: [], results: [] } as const;

export function uploadOf(punches: readonly Punch[], parked: readonly ParkedPiece[] = []): Upload {
  return {
    ...NOTHING,
    correlationId: 'c0ffee-1',
    serialNumber: FRONT,
    brand: 'zkteco',
    operation: 'cdata/ATTLOG',
    remoteAddress: '192.0.2.17',
    receivedAt: RECEIVED_AT,
    punches,
    parked,
  };
}

export const openStore = (dataDir: string): Promise<Store> =>
  openSqliteStore({ path: join(dataDir, 'store', 'biolistener.db') });

/** An installation after some life: a terminal with a nasty name, one that waits, and a punch in every state. */
export async function seed(dataDir: string): Promise<void> {
  const store = await openStore(dataDir);
  const vault = createVault(openKeyFile(join(dataDir, 'keys', 'master.key')));
  try {
    const settings = { name: HOSTILE_NAME, zone: ZONE, place: 'Pune' };
    await store.changeTerminal(FRONT, { status: 'approved', settings }, 'test', 'zkteco');
    await store.noteTerminal({ serialNumber: NEW, brand: 'zkteco', at: RECEIVED_AT, address: '192.0.2.18' });
    await store.quarantine({
      serialNumber: NEW,
      brand: 'zkteco',
      operation: 'cdata/ATTLOG',
      remoteAddress: '192.0.2.18',
      receivedAt: RECEIVED_AT,
      digest: digestOf('kept'),
      size: 40,
      sealed: vault.seal('quarantine', Buffer.from('kept')),
    });
    const piece = (bytes: Buffer, isSensitive: boolean): ParkedPiece => ({
      reason: 'LISTENER_UNCLAIMED',
      detail: `line \u001b[2J of ${bytes.length} bytes`,
      table: 'ATTLOG',
      digest: digestOf(bytes),
      size: bytes.length,
      isSensitive,
      sealed: vault.seal('parked', bytes),
      request: { method: 'POST' },
    });
    const pieces = [
      piece(Buffer.from('12\tnot a time\u001b[31m'), false),
      piece(Buffer.from('TMP=secret-features'), true),
    ];
    const all = [DELIVERED, UNKNOWN, WAITING, IMPLAUSIBLE, HOSTILE];
    await store.commitUpload(uploadOf(all, pieces));
    await store.commitUpload(uploadOf([DELIVERED]));
    await deliver(store);
  } finally {
    await store.close();
  }
}

async function deliver(store: Store): Promise<void> {
  await store.upsertTarget({
    id: TARGET,
    kind: 'erpnext',
    url: 'https://erp.example.com',
    label: 'erp.example.com',
    isActive: true,
  });
  await store.fanOut(TARGET, 100, RECEIVED_AT + 400);
  await store.markQueued(TARGET, [DELIVERED.id], RECEIVED_AT + 420);
  await store.decide(TARGET, DELIVERED.id, { employee: 'HR-EMP-00017', logType: 'IN', source: 'state 0' });
  const attempt = { at: RECEIVED_AT + 700, ms: 80, status: 200, detail: 'check-in EMP-CKIN-1' };
  await store.postponeDelivery(
    TARGET,
    DELIVERED.id,
    { ...attempt, at: RECEIVED_AT + 500, outcome: 'transient', status: 502, detail: 'bad gateway' },
    RECEIVED_AT + 600,
  );
  await store.finishDelivery(TARGET, DELIVERED.id, { ...attempt, outcome: 'created' }, 'EMP-CKIN-03-2026-000001');
  await store.parkDelivery(
    TARGET,
    UNKNOWN.id,
    { ...attempt, outcome: 'parked', status: undefined, detail: 'no employee has PIN 99' },
    'unknown-pin',
  );
}
