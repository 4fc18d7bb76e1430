import { enrollIdOf, integerOf, textOf, type Message } from './message.ts';
import type { ScriptStep } from './script.ts';

type Asked = ScriptStep['message'];

/** `getdevlock` fails as `setdevlock` on some firmware (protocols/aiface-websocket.md §3). */
const siblingOf = (word: string): string =>
  word.startsWith('get') ? `set${word.slice(3)}` : word.startsWith('set') ? `get${word.slice(3)}` : word;

const REPLY_MEMBERS = ['result', 'count', 'record', 'time', 'msg', 'reason', 'from', 'to'];

/** Whether a message can be the answer to what was asked: by its name, the sibling's, or a `cmd` that reads like a reply. */
export function isAnswerTo(asked: Asked | undefined, message: Message): boolean {
  if (!asked) return false;
  if (message.ret !== undefined) return message.ret === asked.cmd || message.ret === siblingOf(asked.cmd);
  return message.cmd === asked.cmd && REPLY_MEMBERS.some((name) => name in message.fields);
}

/** Answers to it say whose they are, so that a late one can be told from this one (§6.1). */
export const bearsOwner = (asked: Asked): boolean => asked.cmd === 'getuserinfo';

/** Somebody else's answer: late, of another person or credential; and where a late one is due, one that does not say whose. */
export function isForeign(asked: Asked, { fields }: Message, isLateDue: boolean): boolean {
  const [person, slot] = [enrollIdOf(fields['enrollid']), integerOf(fields['backupnum'])];
  const isOtherPerson = person !== undefined && 'enrollid' in asked && person !== textOf(asked['enrollid']);
  const isOtherSlot = slot !== undefined && 'backupnum' in asked && slot !== asked['backupnum'];
  if (isOtherPerson || isOtherSlot) return true;
  return isLateDue && (!bearsOwner(asked) || person === undefined || slot === undefined);
}
