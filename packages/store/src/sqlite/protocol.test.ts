import { expect, test } from '@jest/globals';
import { eachReply, textOfReplies, type Reply } from './protocol.ts';

const failure = { code: 'STORE_REJECTED', message: 'no' } as const;
const ONE = { newPunches: 1 };

function read(message: readonly Reply[] | string): Reply[] {
  const replies: Reply[] = [];
  eachReply(message, (id, value, failed) => replies.push(failed ? [id, value, failed] : [id, value]));
  return replies;
}

const REPLIES: Reply[] = [
  [7, ONE],
  [3, ONE],
  [4, { newPunches: 1 }],
  [9, undefined, failure],
  [8, undefined, failure],
  [1, ONE],
];

test('each call gets its own answer, also where neighbours share one', () => {
  const crossed = read(textOfReplies(REPLIES));
  expect(crossed.map(([id]) => id)).toEqual([7, 3, 4, 9, 8, 1]);
  expect(crossed.map(([, value, failed]) => failed ?? value)).toEqual([ONE, ONE, ONE, failure, failure, ONE]);
  expect(read(REPLIES)).toEqual(REPLIES);
});

test('what is the very same crosses once', () => {
  const many: Reply[] = Array.from({ length: 100 }, (_, id) => [id, ONE]);
  expect(textOfReplies(many).match(/newPunches/g)).toHaveLength(1);
});
