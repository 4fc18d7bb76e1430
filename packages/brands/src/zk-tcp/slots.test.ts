import { describe, expect, test } from '@jest/globals';
import { slotFor, slotNews } from './slots.ts';
import type { UserRecord } from './user-record.ts';

const user = (uid: number, userId: string): UserRecord => ({
  uid,
  userId,
  isEnabled: true,
  privilege: 0,
  password: '',
  name: '',
  card: 0,
  group: 1,
});
const knowing = (profile = {}) => ({ profile });

describe('a slot', () => {
  test('is kept by who has one, and a new user gets the one above all', () => {
    const users = [user(1, '7'), user(3, '9')];
    expect([slotFor('9', users, knowing()), slotFor('8', users, knowing())]).toEqual([3, 4]);
  });

  test('that somebody had once is not given to another', () =>
    expect(slotFor('8', [user(1, '7')], knowing({ highestSlot: 12 }))).toBe(13));

  test('is one that was given back where there is none above', () => {
    const full = knowing({ highestSlot: 40, userCapacity: 40 });
    expect(slotFor('8', [user(1, '7'), user(40, '9')], full)).toBe(2);
  });

  test('beyond the room of the terminal does not count: none is handed out there', () => {
    const users = [user(1, '7'), user(60_000, '9')];
    expect(slotFor('8', users, knowing({ userCapacity: 3000 }))).toBe(2);
    expect(slotNews(knowing({ userCapacity: 3000 }), [1, 60_000])).toEqual({ highestSlot: 1 });
  });

  test('is nobody’s beyond the last', () => {
    const all = Array.from({ length: 0xffff }, (_, at) => user(at + 1, String(at + 1)));
    expect(() => slotFor('70000', all, knowing())).toThrow(expect.objectContaining({ code: 'ZKT_REFUSED' }));
  });

  test('is news once', () => {
    expect(slotNews(knowing(), [0])).toEqual({});
    expect([slotNews(knowing({ highestSlot: 5 }), [5, 2]), slotNews(knowing({ highestSlot: 5 }), [2, 9])]).toEqual([
      {},
      { highestSlot: 9 },
    ]);
  });
});
