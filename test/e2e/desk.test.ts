import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { asPin } from '@biolistener/core';
import { DEVICE, DEVICE_COMMAND, DEVICE_USER, type ErpNextClient } from '@biolistener/erpnext';
import type { InspectedPerson, SimulatedTerminal } from '@biolistener/simulator';
import { setDeskStage, until, ZONE, type DeskRow, type DeskStage } from './desk-stage.ts';

// People work in Desk and nowhere else: sandbox with the plugin and real webhooks, everything that `up` brings, terminals through nginx.

jest.setTimeout(180_000);

const GATE = 'DESKE2E00001';
const YARD = 'DESKE2E00002';
const PERSON = { pin: '0007', employee: 'HR-EMP-00007', name: 'Nadia Rahman' };

let stage: DeskStage;
let manager: ErpNextClient;
let gate: SimulatedTerminal;
let yard: SimulatedTerminal;
let doorsOpened = 0;

beforeAll(async () => {
  stage = await setDeskStage({ webhookSecret: 'a secret for the end-to-end test' });
  manager = stage.as('manager');
  gate = stage.terminal('zkteco', 'tft-sdk231', GATE);
  yard = stage.terminal('zkteco', 'tft-sdk231', YARD);
  gate.on('command', ({ text }) => (doorsOpened += text.startsWith('AC_UNLOCK') ? 1 : 0));
});

afterAll(() => stage.stop());

const has = (row: DeskRow, fields: DeskRow): boolean =>
  Object.entries(fields).every(([field, value]) => row[field] === value);

/** The document once all these fields say so. */
const becomes = (doctype: string, name: string, fields: DeskRow): Promise<DeskRow> =>
  until(
    `${doctype} ${name} becomes ${JSON.stringify(fields)}`,
    async () => {
      const row = await manager.get(doctype, name).catch(() => undefined);
      return row !== undefined && has(row, fields) && row;
    },
    () => picture(doctype, name),
  );

async function picture(doctype: string, name: string): Promise<string> {
  const row = await manager.get(doctype, name).catch(String);
  const commands = await stage.store.listCommands({ limit: 20 });
  return [
    JSON.stringify(row),
    ...commands.map((one) => `${one.serialNumber} ${one.kind} ${one.state} ${one.reason ?? ''} ${one.detail ?? ''}`),
    stage.children.up.said.slice(-4000),
  ].join('\n');
}

const order = async (type: string, more: object, who = manager): Promise<string> =>
  String((await who.create(DEVICE_COMMAND, { device: GATE, type, ...more })).data['name']);

const personAt = (terminal: SimulatedTerminal, pin: string): InspectedPerson | undefined =>
  terminal.people().find((each) => each.pin === pin);

const fingersAt = (terminal: SimulatedTerminal, pin: string): string[] =>
  (personAt(terminal, pin)?.templates ?? []).map(({ no, data }) => `${no} ${Buffer.from(data).toString('hex')}`);

describe('a terminal', () => {
  test('that calls for the first time waits in Desk, and works once it is approved there', async () => {
    for (const serial of [GATE, YARD]) {
      await becomes(DEVICE, serial, { status: 'Pending', brand: 'zkteco', online: 1 });
      await manager.update(DEVICE, serial, { time_zone: ZONE, device_name: `Door ${serial.slice(-1)}` });
      await becomes(DEVICE, serial, { status: 'Approved' });
    }
    expect(await stage.store.listTerminals({})).toMatchObject([
      { serialNumber: GATE, status: 'approved', zone: ZONE, name: 'Door 1' },
      { serialNumber: YARD, status: 'approved', zone: ZONE, name: 'Door 2' },
    ]);
  });
});

describe('a person', () => {
  test('whom Desk allows everywhere is put on every terminal, read back, and shown as confirmed', async () => {
    await manager.create(DEVICE_USER, {
      user_id: PERSON.pin,
      employee: PERSON.employee,
      user_name: PERSON.name,
      allow_in_all_devices: 1,
      devices: [{ device: YARD }],
    });
    for (const terminal of [gate, yard]) {
      const there = await until(`known at ${terminal.serialNumber}`, () => personAt(terminal, PERSON.pin));
      expect(there.name).toBe(PERSON.name);
    }
    await becomes(DEVICE_USER, PERSON.pin, { sync_state: 'In Sync' });
    const [row] = (await manager.get(DEVICE_USER, PERSON.pin))['devices'] as DeskRow[];
    expect(row).toMatchObject({ device: YARD, state: 'Confirmed' });
    expect(row?.['read_back_at']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
  });

  test('who holds a finger to one terminal is known by it at the other, and Desk counts it', async () => {
    gate.enrolTemplate(PERSON.pin, 'fingerprint', 5);
    await until('the finger is at the other', () => fingersAt(yard, PERSON.pin).length > 0);
    expect(fingersAt(yard, PERSON.pin)).toEqual(fingersAt(gate, PERSON.pin));
    await becomes(DEVICE_USER, PERSON.pin, { fingerprints: 1, sync_state: 'In Sync' });
  });
});

describe('an order', () => {
  test('goes to the terminal and tells what became of it', async () => {
    const name = await order('Get Info', { manager_order: 1 });
    const done = await becomes(DEVICE_COMMAND, name, { status: 'Success' });
    expect(done).toMatchObject({ attempts: 1, asked_by: 'manager@example.com' });
    expect(done['closed_at']).toMatch(/^\d{4}-/);
  });

  test('to open a door is refused without the role for it, and opens the door once with it', async () => {
    const refused = await order('Open Door', { door_order: 1, manager_order: 1 });
    expect((await becomes(DEVICE_COMMAND, refused, { status: 'Failed' }))['response']).toContain('Door Operator');
    expect(doorsOpened).toBe(0);
    const door = stage.as('door');
    const taken = await order('Open Door', { door_order: 1 }, door);
    await becomes(DEVICE_COMMAND, taken, { status: 'Success' });
    expect(doorsOpened).toBe(1);
  });

  test('that would be undone at once is refused, with the reason', async () => {
    const name = await order('Delete User', { manager_order: 1, device_user: PERSON.pin });
    expect((await becomes(DEVICE_COMMAND, name, { status: 'Failed' }))['response']).toContain('would come back');
    expect(personAt(gate, PERSON.pin)).toBeDefined();
  });
});

describe('what a webhook lost', () => {
  test('is found by the next look at everything', async () => {
    await stage.tellFault({ kind: 'webhook-drop', path: DEVICE_USER });
    const lost = { user_id: '0008', user_name: 'Omar Haddad', devices: [{ device: GATE }] };
    await manager.create(DEVICE_USER, lost);
    await until('known at the gate', () => personAt(gate, '0008'));
    const [fault] = await stage.faults();
    expect(fault?.fault.kind).toBe('webhook-drop');
    expect(fault?.hits).toBeGreaterThan(0);
    expect(personAt(yard, '0008')).toBeUndefined();
    await stage.tellFault({ kind: 'clear' });
  });
});

describe('an employee who left', () => {
  test('is removed from every terminal, with what was enrolled there; others stay', async () => {
    const left = { status: 'Left', relieving_date: '2026-12-31' };
    await manager.update('Employee', PERSON.employee, left);
    for (const terminal of [gate, yard])
      await until(`gone at ${terminal.serialNumber}`, () => personAt(terminal, PERSON.pin) === undefined);
    expect(await stage.store.findPerson(asPin(PERSON.pin))).toBeUndefined();
    await until('Desk tells it', async () => {
      const [row] = (await manager.get(DEVICE_USER, PERSON.pin))['devices'] as DeskRow[];
      return row?.['state'] === 'Removed';
    });
    expect(personAt(gate, '0008')).toBeDefined();
  });

  test('no terminal saw anything that its document forbids', () => {
    expect([...gate.violations, ...yard.violations]).toEqual([]);
  });
});
