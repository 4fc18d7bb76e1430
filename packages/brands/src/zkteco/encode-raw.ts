import { Refusal } from './parameters.ts';
import type { CommandText } from './encode-people.ts';

/** A root shell, and transfer of any file or firmware: never, in any capitals (protocols/zkteco-push.md §4.4). */
const FORBIDDEN = new Set(['SHELL', 'PUTFILE', 'GETFILE', 'UPGRADE', 'PUTADVFILE', 'DELADVFILE']);
/** Options that cut a terminal off, re-point it, or hold a secret (§4.4, §2.3). */
const DANGEROUS_OPTION =
  /^SET\s+OPTIONS?\s.*(?:ip|gateway|gate|mask|dns|svr|server|port|url|proxy|pwd|passw|commkey|comkey|com_?key|shutdown|poweron|reslog)/i;
const FIRST_WORD = /^[A-Za-z][A-Za-z_]*(?=[ \t]|$)/;
/** A key that names single rows, with a value: `DATA DELETE x PIN=5`. A type or an unknown key alone may still mean all. */
const HAS_KEY =
  /^DATA\s+(?:DELETE|DEL_[A-Z]+|DEL)\b[^=]*[ \t](?:[A-Za-z]+=[^\t]*\t)*(?:PIN|UID|CODE|Index|IDNum|ID)=(?=[^\s*])/i;

/**
 * A command as an operator typed it, behind the guards of §4.1–§4.4: one line, no control characters but TAB, a known shape,
 * no forbidden word, no delete without a key; destructive ones need `confirmed`.
 */
export function rawCommand(text: string, isConfirmed: boolean): CommandText {
  if (/[\x00-\x08\x0a-\x1f\x7f\u0085\u2028\u2029]/.test(text)) {
    throw new Refusal('ZK_COMMAND_CHARACTERS', 'a raw command is one line of plain text');
  }
  const plain = text.trim();
  const word = FIRST_WORD.exec(plain)?.[0].toUpperCase();
  if (word === undefined)
    throw new Refusal('ZK_COMMAND_CHARACTERS', 'a raw command starts with a word, without `C:<id>:`');
  if (FORBIDDEN.has(word)) throw new Refusal('ZK_COMMAND_FORBIDDEN', `${word} is never sent`);
  if (/^DATA\s+DEL/i.test(plain) && !HAS_KEY.test(plain)) {
    throw new Refusal('ZK_KEYLESS_DELETE', 'a delete without its key can mean all rows');
  }
  if (/ICLOCKSVRURL/i.test(plain)) throw new Refusal('ZK_COMMAND_FORBIDDEN', 'a terminal is not re-pointed from here');
  const isDestructive = word === 'CLEAR' || DANGEROUS_OPTION.test(plain);
  if (isDestructive && !isConfirmed) {
    throw new Refusal('ZK_COMMAND_UNCONFIRMED', 'this command destroys data or can cut the terminal off');
  }
  return { word: wordsOf(plain), fields: '', line: plain };
}

/** The verb without what follows it, which may be private: `DATA UPDATE USERINFO`. */
const wordsOf = (text: string): string => /^[A-Za-z_]+(?: [A-Za-z_]+){0,2}(?=[ \t]|$)/.exec(text)?.[0] ?? 'RAW';
