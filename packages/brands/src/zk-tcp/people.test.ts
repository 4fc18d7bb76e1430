import { describe, expect, test } from '@jest/globals';
import { asSerialNumber, type JsonObject } from '@biolistener/core';
import { CODE, TABLE } from './codes.ts';
import type { Dialog, Step } from './dialog.ts';
import type { Frame } from './frame.ts';
import {
  deleteTemplate,
  readTemplate,
  readTemplates,
  readUsers,
  writeBulk,
  writeTemplate,
  writeUser,
} from './people.ts';
import { converse } from './converse.ts';
import { TCP_READ } from './read-table.ts';
import { hex, frameOf, play } from './test-kit.ts';
import { encodeBulk } from './template-record.ts';
import { decodeUser, encodeUser, type UserRecord } from './user-record.ts';
import { CASES } from './vectors.ts';

const user = (uid: number, userId: string): UserRecord => ({
  uid,
  userId,
  isEnabled: true,
  privilege: 0,
  password: '',
  name: 'Nuevo',
  card: 0,
  group: 1,
});

/** The codes that a dialog sends while every answer is the given one. */
function sent(dialog: Dialog<unknown>, answer: (command: number) => number): number[] {
  const codes: number[] = [];
  let step = dialog.next();
  while (!step.done) {
    const command = step.value.send?.command ?? 0;
    codes.push(command);
    const frame: Frame = { command: answer(command), session: 1, reply: 1, data: new Uint8Array(0) };
    step = dialog.next(frame);
  }
  return codes;
}

describe('people on a pulled terminal', () => {
  test('C10, C11: users are read in the layout that they have', () => {
    expect(play(readUsers(TCP_READ, { count: 2 }), CASES['C10'] ?? [])).toMatchObject({
      layout: 72,
      users: [{ userId: '1001' }, { userId: 'A-77' }],
    });
    expect(play(readUsers(TCP_READ, {}), CASES['C11'] ?? [])).toMatchObject({
      layout: 28,
      users: [{ uid: 1 }, { uid: 300 }],
    });
  });

  test('users of an unknown length are not guessed', () => {
    const [ask] = CASES['C10'] ?? [];
    const odd = '5050827d11000000' + 'dd05000000000800' + '05000000' + '0102030405';
    expect(() => play(readUsers(TCP_READ, { count: 1 }), [ask ?? ['>', ''], ['<', odd]])).toThrow(
      expect.objectContaining({ code: 'ZKT_LAYOUT_UNKNOWN' }),
    );
  });

  test('C27: templates', () => {
    expect(play(readTemplates(TCP_READ), CASES['C27'] ?? [])).toMatchObject([{ uid: 14, finger: 4, flag: 1 }]);
  });

  test('C30: a user with two fingers', () => {
    const data = hex('4dfd53533231 00010203040506070809');
    const templates = [4, 5].map((finger) => ({ uid: 14, finger, flag: 1, data }));
    play(writeBulk([user(14, '11224488')], templates, 72), CASES['C30'] ?? []);
    expect(frameOf(CASES['C30']?.[4]?.[1] ?? '').data).toHaveLength(137);
  });

  test('a template is removed by user id, and by slot where that is unknown', () => {
    expect(sent(deleteTemplate(user(14, '7'), 4), () => CODE.ok)).toEqual([
      CODE.deleteTemplateOfUser,
      CODE.refreshData,
    ]);
    const asOld = sent(deleteTemplate(user(14, '7'), 4), (command) =>
      command === CODE.deleteTemplateOfUser ? CODE.unknown : CODE.ok,
    );
    expect(asOld).toEqual([CODE.deleteTemplateOfUser, CODE.deleteTemplate, CODE.refreshData]);
  });

  test('C12, C13: a user is written, and what was written takes effect', () => {
    const manager = { ...user(14, '11224488'), privilege: 3, password: '123456', card: 6543 };
    play(writeUser(manager, 72), CASES['C12'] ?? []);
    const refreshed = (CASES['C12'] ?? []).slice(2);
    const short = { ...user(14, '11224488'), password: '12345', card: 6543 };
    play(writeUser(short, 28), [...(CASES['C13'] ?? []), ...refreshed]);
  });

  const features = hex('4dfd53533231 00010203040506070809');

  test('C28: one finger, and one that is not there', () => {
    const script = CASES['C28'] ?? [];
    expect(Buffer.from(play(readTemplate(14, 4), script.slice(0, 4)) ?? [])).toEqual(features);
    expect(play(readTemplate(14, 5), script.slice(4))).toBeUndefined();
  });

  test('C29: one template with its flag', () => {
    play(writeTemplate({ uid: 14, finger: 4, flag: 1, data: features }), CASES['C29'] ?? []);
  });
});

describe('a person finger by finger, where the table of templates is refused', () => {
  const frame = (command: number, data: Uint8Array = new Uint8Array(0)): Frame => ({
    command,
    session: 1,
    reply: 1,
    data,
  });
  const users = Buffer.concat([Buffer.from([72, 0, 0, 0]), encodeUser(user(14, '7'), 72)]);

  function answerTo(step: Step): Frame {
    const { command, data } = step.send ?? { command: 0, data: Buffer.alloc(0) };
    if (command === CODE.templateRead) return data[2] === 4 ? frame(CODE.data, Buffer.from('f')) : frame(CODE.error);
    const isUsers = command === CODE.prepareBuffer && data[1] === TABLE.users.command;
    if (isUsers) return frame(CODE.data, users);
    return frame(command === CODE.prepareBuffer ? CODE.readRefused : CODE.ok);
  }

  test('does not say whether a finger is one of duress', () => {
    const terminal = { serialNumber: asSerialNumber('ZKT0000001'), profile: { userLayout: 72 }, stamps: {} };
    const order = { id: '1', kind: 'template.query', parameters: { pin: '7' } } as const;
    const dialog = converse(order, { now: 0, terminal, read: TCP_READ });
    let step = dialog.next();
    while (step.done !== true) step = dialog.next(answerTo(step.value));
    expect(step.value.events).toMatchObject([{ template: { pin: '7', no: 4, isValid: true, isDuress: undefined } }]);
  });
});

describe('a removal', () => {
  const terminal = { serialNumber: asSerialNumber('ZKT0000001'), profile: { userLayout: 72 }, stamps: {} };
  const reply = (command: number, data: Uint8Array = new Uint8Array(0)): Frame => ({
    command,
    session: 1,
    reply: 1,
    data,
  });
  const tableOf = (records: Buffer): Frame => reply(CODE.data, Buffer.concat([sizeOf(records), records]));
  const sizeOf = ({ length }: Buffer): Buffer => Buffer.from([length & 0xff, length >> 8, 0, 0]);
  const people = encodeUser(user(14, '7'), 72);
  const finger = (no: number): Buffer => Buffer.from([7, 0, 14, 0, no, 1, 0x66]);

  interface Unit {
    /** What it answers otherwise than with OK, by command. */
    readonly answers: Readonly<Record<number, number>>;
    readonly fingers?: Buffer;
    /** Whether the user is in the table when that is read again. */
    readonly isLeft?: boolean;
  }

  function resultOf(kind: 'user.delete' | 'template.delete', { answers, fingers, isLeft = true }: Unit) {
    const order = { id: '1', kind, parameters: { pin: '7', no: 4 } } as const;
    const dialog = converse(order, { now: 0, terminal, read: TCP_READ });
    let reads = 0;
    const answerTo = ({ send }: Step): Frame => {
      const other = answers[send?.command ?? 0];
      if (other !== undefined) return reply(other);
      if (send?.command !== CODE.prepareBuffer) return reply(CODE.ok);
      if (send.data[1] === TABLE.fingerprints.command) return tableOf(fingers ?? Buffer.alloc(0));
      reads += 1;
      return tableOf(reads === 1 || isLeft ? people : Buffer.alloc(0));
    };
    let step = dialog.next();
    while (step.done !== true) step = dialog.next(answerTo(step.value));
    return step.value.result;
  }

  test('of a user that is refused is not done while the user is there', () => {
    const refused = { answers: { [CODE.deleteUser]: CODE.error } };
    expect(resultOf('user.delete', refused)).toMatchObject({ verdict: 'failed-for-now', code: '2001' });
    expect(resultOf('user.delete', { ...refused, isLeft: false })).toMatchObject({ verdict: 'done' });
  });

  test.each([
    ['by user id', { [CODE.deleteTemplateOfUser]: CODE.readRefused }],
    ['by slot', { [CODE.deleteTemplateOfUser]: CODE.unknown, [CODE.deleteTemplate]: CODE.readRefused }],
  ])('of a template %s with an answer that nobody knows is a failure', (_, answers) =>
    expect(resultOf('template.delete', { answers })).toMatchObject({ verdict: 'failed-for-now', code: '4989' }),
  );

  test('of a template that is said not to be there is done once it is seen not to be there', () => {
    for (const code of [CODE.error, CODE.fingerAbsent]) {
      const unit = { answers: { [CODE.deleteTemplateOfUser]: code } };
      expect(resultOf('template.delete', { ...unit, fingers: finger(5) })).toMatchObject({ verdict: 'done' });
      expect(resultOf('template.delete', { ...unit, fingers: finger(4) })).toMatchObject({
        verdict: 'failed-for-now',
        info: { detail: expect.stringContaining('still there') },
      });
    }
  });
});

describe('a template as a command', () => {
  const terminal = { serialNumber: asSerialNumber('ZKT0000001'), profile: { userLayout: 72 }, stamps: {} };
  const users = Buffer.concat([Buffer.from([72, 0, 0, 0]), encodeUser(user(14, '7'), 72)]);
  const ctx = { now: 0, terminal, read: TCP_READ };
  const reply = (command: number, data: Uint8Array = new Uint8Array(0)): Frame => ({
    command,
    session: 1,
    reply: 1,
    data,
  });

  /** The codes that it sends to a terminal that has one user, and answers the given codes otherwise than with OK. */
  function codesOf(parameters: JsonObject, others: Readonly<Record<number, Frame>> = {}): number[] {
    const order = { id: '1', kind: 'template.update', parameters: { pin: '7', no: 3, ...parameters } } as const;
    const dialog = converse(order, ctx);
    const codes: number[] = [];
    for (let step = dialog.next(); ;) {
      if (step.done) {
        expect(step.value.result.verdict).toBe('done');
        return codes;
      }
      const code = step.value.send?.command ?? 0;
      codes.push(code);
      step = dialog.next(
        others[code] ??
          reply(code === CODE.prepareBuffer ? CODE.data : CODE.ok, code === CODE.prepareBuffer ? users : undefined),
      );
    }
  }
  const data = Buffer.from('features').toString('base64');

  test('leaves the name of its user as it is, in whatever set', () => {
    const chinese = encodeUser({ ...user(14, '7'), name: '张伟' }, 72, 'gb18030');
    const read = decodeUser(chinese, 72, 'gb18030');
    expect(encodeBulk([read], [], 72, 'gb18030').subarray(13)).toEqual(chinese);
    expect(encodeBulk([decodeUser(chinese, 72)], [], 72).subarray(13)).toEqual(chinese);
  });

  test('goes with its user as one', () => expect(codesOf({ data })).toContain(CODE.bulkSave));

  test('of duress goes alone, with its flag', () => {
    const codes = codesOf({ data, isDuress: true });
    expect(codes).toContain(CODE.templateWrite);
    expect(codes).not.toContain(CODE.bulkSave);
  });

  test('goes alone to a unit that does not know the other way', () =>
    expect(codesOf({ data }, { [CODE.bulkSave]: reply(CODE.unknown) })).toContain(CODE.templateWrite));
});
