import type { CommandResult, JsonObject } from '@biolistener/core';
import type { DecodeContext } from '@biolistener/wire';
import { PHOTO_REASONS, SLOT, WITHIN } from './codes.ts';
import { newFindings, type Findings } from './findings.ts';
import { integerOf, isYes, textOf, type Message } from './message.ts';
import type { ScriptStep } from './script.ts';
import { readWallTime } from './wall-time.ts';

/** A question, and how long the terminal may take. `news` is stored before it is sent. */
export interface Ask {
  readonly message: ScriptStep['message'];
  readonly withinMs: number;
  readonly afterMs?: number;
  readonly news?: Findings;
}

export type Heard = { readonly kind: 'message'; readonly message: Message } | { readonly kind: 'timeout' };

/** How it ended. `news` is stored together with the result. */
export interface Ended {
  readonly verdict: CommandResult['verdict'];
  readonly code: string;
  readonly info: JsonObject;
  readonly news?: Findings;
}

/** A conversation of one command. Its driver owns the socket, the clock and what is known of the terminal. */
export type Talk = Generator<Ask, Ended, Heard>;
/** What codecs need to read records; asked anew at each answer, as time passes in between. */
export type ContextOf = () => DecodeContext;

export const done = (info: JsonObject = {}, news?: Findings): Ended => ({
  verdict: 'done',
  code: 'true',
  info,
  ...(news ? { news } : {}),
});

/** It will be tried again, by the rules of the store. */
export const later = (code: string, note: string, news?: Findings): Ended => ({
  verdict: 'failed-for-now',
  code,
  info: { note },
  ...(news ? { news } : {}),
});

export const timedOut = (word: string): Ended => later('timeout', `the terminal did not answer ${word}`);

export const isOkay = ({ fields }: Message): boolean => isYes(fields['result']);

const NOT_KNOWN = /can ?not find this command|unknown command|not support/i;

/** What a terminal says when it says no: number and text, and what the number means for a picture (§6.4; C27). */
export function refusalOf({ message }: Pick<ScriptStep, 'message'>, { fields }: Message): Ended {
  const reason = textOf(fields['reason']) ?? textOf(fields['msg']) ?? 'false';
  const text = textOf(fields['msg']) ?? '';
  const isPhoto = message.cmd === 'setuserinfo' && message['backupnum'] === SLOT.photo;
  const meaning = isPhoto ? (PHOTO_REASONS[reason] ?? 'the picture could not be read') : text;
  const note = meaning === '' ? `${message.cmd} was refused` : meaning;
  const isMissing = NOT_KNOWN.test(`${text} ${reason}`);
  return {
    verdict: 'failed-for-good',
    code: reason.slice(0, 40),
    info: { note: note.slice(0, 200), ...(isMissing ? { isCapabilityMissing: true } : {}) },
  };
}

export const ask = (message: Ask['message'], withinMs: number = WITHIN.simple, news?: Findings): Ask => ({
  message,
  withinMs,
  ...(news ? { news } : {}),
});

/** Fields of an answer that people may see: no picture, password, or credential (§11). */
const PUBLIC = /^(?!record|image|photo|pwd|passw|pin|card|comkey|key|secret|sn$|ret$|cmd$|result$)/;

export function publicInfo({ fields }: Message): JsonObject {
  const entries = Object.entries(fields).flatMap(([key, value]) => {
    const text = typeof value === 'object' ? undefined : textOf(value);
    return text !== undefined && text.length <= 200 && PUBLIC.test(key) ? [[key, text] as const] : [];
  });
  return Object.fromEntries(entries.slice(0, 60));
}

/** Messages one after the other; the first no ends it. */
export function* playSteps(steps: readonly ScriptStep[]): Talk {
  let last: Message | undefined;
  for (const [at, step] of steps.entries()) {
    const { message, withinMs = WITHIN.simple } = step;
    const pause = at > 0 && step.afterMs !== undefined ? { afterMs: step.afterMs } : {};
    const heard = yield { message, withinMs, ...pause };
    if (heard.kind === 'timeout') {
      // usually it restarts without a word (§6.7)
      return message.cmd === 'reboot' ? done({ note: 'no answer, as usual' }) : timedOut(message.cmd);
    }
    const saysTime = message.cmd === 'gettime' && textOf(heard.message.fields['time']) !== undefined; // some omit `result`
    if (!isOkay(heard.message) && step.isLenient !== true && !saysTime) return refusalOf(step, heard.message);
    last = heard.message;
  }
  return done(last ? publicInfo(last) : {}, clockOf(last));
}

/** `gettime` measures the clock. */
function clockOf(message: Message | undefined): Findings | undefined {
  const time =
    message?.ret === 'gettime' || message?.cmd === 'gettime' ? readWallTime(message.fields['time']) : undefined;
  return time === undefined ? undefined : { ...newFindings(), wallClock: time };
}

/**
 * The same while the terminal shows "busy": whatever happens in between, it is let go at the end (§6.1), also when it did not
 * say yes to being busy. That it may be left so is in its profile; a session lets it go again until it says yes (C31).
 */
export function* quietly(talk: Talk): Talk {
  const note = newFindings();
  note.profile['isDisabled'] = true;
  yield ask({ cmd: 'disabledevice' }, WITHIN.simple, note); // it works without
  const ended = yield* talk;
  return yield* release(ended);
}

/** Lets the terminal go; what it says to that changes nothing of how the rest ended. */
export function* release(ended: Ended): Talk {
  const question = ask({ cmd: 'enabledevice' });
  const heard = yield question;
  const news = ended.news ?? newFindings();
  if (heard.kind === 'message' && isFreed(question, heard.message)) news.profile['isDisabled'] = null;
  return { ...ended, news };
}

/** It says yes, or that it knows no such thing. */
const isFreed = (question: Ask, message: Message): boolean =>
  isOkay(message) || refusalOf(question, message).info['isCapabilityMissing'] === true;

export const countOf = ({ fields }: Message): number => integerOf(fields['count']) ?? 0;
