import { toLocal, type CommandResult, type Instant, type Json, type SerialNumber } from '@biolistener/core';
import type { DecodeContext, Decoded, SocketContext, SocketInput, SocketSession, SocketStep } from '@biolistener/wire';
import { FREE_AGAIN_MS, READ_NEWS_MS, REREAD_MS, STRIKES, TOMBSTONE_MS } from './codes.ts';
import { unsupportedProblem } from './compatibility.ts';
import { decodedOf, newFindings, type Findings } from './findings.ts';
import { identify } from './identify.ts';
import { playList, playRead, playRemove } from './people.ts';
import { OWES_LOGS, playClear, playLogs, playNewLogs, settled } from './logs.ts';
import { readMessage, type Message } from './message.ts';
import { bearsOwner, isAnswerTo, isForeign } from './matching.ts';
import { readScript, type Script } from './script.ts';
import {
  done,
  later,
  playSteps,
  quietly,
  release,
  type Ask,
  type ContextOf,
  type Ended,
  type Heard,
  type Talk,
} from './talk.ts';

/** What is under way: a command of ours, or a chore without one. */
interface Pending {
  readonly commandId: string | undefined;
  readonly word: string;
  readonly talk: Talk;
  asked: Ask;
  /** When it was sent, or is to be; and until when the answer may take. */
  sendAt: Instant | undefined;
  deadline: Instant;
}

const [NEW_LOGS, ALL_LOGS] = ['getnewlog', 'getalllog'] as const;

const NEVER_AGAIN: ReadonlySet<string> = new Set(['opendoor', 'reboot', 'cleanlog', 'adduser', 'initsys', 'cleanuser']);

/** One socket of protocols/aiface-websocket.md §12, without the socket. */
class AifaceSession implements SocketSession {
  serialNumber: SerialNumber | undefined;
  #pending: Pending | undefined;
  /** Words whose answer may still come, and until when. */
  #tombstones: Map<string, Instant> | undefined;
  #context: SocketContext = { now: 0, terminal: undefined };
  /** When the terminal is asked for what it did not push. */
  #readAt: Instant | undefined;
  /** When it is let go, of a terminal that may show "busy". */
  #freeAt: Instant | undefined;
  /**
   * What it hands over counts as read there, whether or not it was stored here. After a crash that is possible, and where news
   * are read anyway the last days are read first; where a page is known to be missing, they are read in any case.
   */
  #loss: 'possible' | 'certain' | 'none' = 'possible';
  /** Whose answer came last of what is under way, or was a moment ago: what is stored meanwhile is of it. */
  #heard: string | undefined;

  get isFree(): boolean {
    return this.#pending === undefined;
  }

  get wakeAt(): Instant | undefined {
    if (this.#pending) return this.#pending.sendAt ?? this.#pending.deadline;
    return this.#freeAt === undefined ? this.#readAt : Math.min(this.#freeAt, this.#readAt ?? Infinity);
  }

  receive(bytes: Uint8Array, isBinary: boolean, ctx: SocketContext): SocketInput {
    this.#context = ctx;
    if (bytes.length === 0) return { kind: 'ignored', reason: 'empty' };
    const message = isBinary ? undefined : readMessage(bytes);
    if (!message) return { kind: 'ignored', reason: 'no JSON object', isNoise: true };
    const isAwaited = this.#pending?.sendAt === undefined && isAnswerTo(this.#pending?.asked.message, message);
    if (isAwaited || message.cmd === undefined) return this.#answered(message, isAwaited);
    const input = { method: 'WS', target: '/', httpVersion: '1.1', headers: [], remoteAddress: '', body: bytes };
    return { kind: 'request', isGreeting: message.cmd === 'reg', serialNumber: identify(input).serialNumber };
  }

  register(serialNumber: SerialNumber, ctx: SocketContext): SocketStep | undefined {
    const isFirst = this.serialNumber === undefined;
    this.serialNumber = serialNumber;
    this.#context = ctx;
    this.#planReading();
    this.#planFreeing(ctx.now);
    const isQuiet = ctx.terminal?.options?.['quietWhileWriting'] === true;
    const isDisabled = ctx.terminal?.profile['isDisabled'] === true;
    const mayBeBusy = this.#freeAt !== undefined || (isFirst && (isQuiet || isDisabled));
    return mayBeBusy && this.isFree ? this.#free() : undefined;
  }

  begin(command: Parameters<SocketSession['begin']>[0], ctx: SocketContext): SocketStep {
    this.#context = ctx;
    return this.#start(
      command.id,
      command.word,
      talkOf(readScript(command.bytes), () => this.#decodeContext()),
    );
  }

  wake(ctx: SocketContext): SocketStep | undefined {
    this.#context = ctx;
    const pending = this.#pending;
    if (ctx.now < (this.wakeAt ?? Infinity)) return undefined;
    if (!pending) return this.#chore();
    if (pending.sendAt !== undefined) return this.#sendNow(pending);
    const { cmd } = pending.asked.message;
    this.#bury(cmd);
    return this.#go(pending, { kind: 'timeout' }, this.#struck(cmd));
  }

  lose(reason: 'connection-lost' | 'superseded', ctx: SocketContext): SocketStep | undefined {
    this.#context = ctx;
    const pending = this.#pending;
    this.#pending = undefined;
    if (!pending) return undefined;
    const ended = later(reason, 'the connection ended before the terminal answered');
    const isOnce = NEVER_AGAIN.has(pending.asked.message.cmd) && pending.sendAt === undefined;
    // a terminal that restarts hangs up: that is how it says yes
    const isRestart = pending.asked.message.cmd === 'reboot' && reason === 'connection-lost';
    const verdict = isRestart ? 'done' : isOnce ? 'failed-for-good' : ended.verdict;
    return this.#over(pending, { ...ended, verdict }, newFindings());
  }

  abandon(now: Instant): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#context = { ...this.#context, now };
    if ([pending?.word, this.#heard].some((word) => word === NEW_LOGS || word === ALL_LOGS)) this.#loss = 'certain';
    if (pending && pending.sendAt === undefined) this.#bury(pending.asked.message.cmd);
    this.#planReading();
    this.#planFreeing(pending ? now : now + FREE_AGAIN_MS);
  }

  /** What is due without anybody's command. */
  #chore(): SocketStep | undefined {
    const { now } = this.#context;
    if (now < (this.#freeAt ?? Infinity)) return this.#read();
    this.#planFreeing(now); // somebody may have let it go meanwhile
    if (this.#freeAt !== undefined) return this.#free();
    return now < (this.#readAt ?? Infinity) ? undefined : this.#read();
  }

  /** A terminal that did not say yes to being let go is asked until it does, unless it answers neither of the two words. */
  #planFreeing(at: Instant, isFreed = false): void {
    const profile = this.#context.terminal?.profile ?? {};
    const isMute = ['disabledevice', 'enabledevice'].every((word) => unsupportedProblem(word, profile));
    const mayBeBusy = profile['isDisabled'] === true && !isFreed && !isMute;
    this.#freeAt = mayBeBusy ? Math.min(at, this.#freeAt ?? Infinity) : undefined;
  }

  #free(): SocketStep {
    this.#freeAt = undefined;
    return this.#start(undefined, 'enabledevice', release(done()));
  }

  /** Greetings and commands are more frequent than it is read, and move nothing. */
  #planReading(): void {
    this.#readAt = this.#reading === undefined ? undefined : (this.#readAt ?? this.#context.now + READ_NEWS_MS);
  }

  /** The last days, where something is missing; and what is new, of firmware that pushes the first punch of a day alone (§6.6). */
  get #reading(): Parameters<typeof playLogs>[0] | undefined {
    const { now, terminal } = this.#context;
    if (!terminal) return undefined;
    const { options, profile, zone = 'UTC' } = terminal;
    const readsNews = options?.['readNewLogs'] === true && !unsupportedProblem(NEW_LOGS, profile);
    const isOwed = this.#loss === 'certain' || profile[OWES_LOGS] === true || (readsNews && this.#loss === 'possible');
    if (isOwed && !unsupportedProblem(ALL_LOGS, profile))
      return { word: ALL_LOGS, from: toLocal(now - REREAD_MS, zone).slice(0, 10) };
    return readsNews ? { word: NEW_LOGS } : undefined;
  }

  /** No command of anybody's: what comes is stored, and how it ended is told to nobody. */
  #read(): SocketStep | undefined {
    const reading = this.#reading;
    this.#readAt = undefined;
    this.#planReading();
    return reading && this.#start(undefined, reading.word, this.#playReading(reading));
  }

  *#playReading(reading: Parameters<typeof playLogs>[0]): Talk {
    const ended = yield* playLogs(reading, () => this.#decodeContext());
    if (ended.verdict !== 'done' || reading.word !== ALL_LOGS) return ended;
    this.#loss = 'none';
    return settled(ended);
  }

  #decodeContext(): DecodeContext {
    const { now, terminal } = this.#context;
    const nobody = { serialNumber: this.serialNumber ?? ('-' as SerialNumber), profile: {}, stamps: {} };
    return { now, terminal: terminal ?? nobody };
  }

  #start(commandId: string | undefined, word: string, talk: Talk): SocketStep {
    const first = talk.next();
    this.#heard = undefined;
    if (first.done === true) return this.#over({ commandId, word }, first.value, newFindings());
    this.#pending = { commandId, word, talk, asked: first.value, sendAt: undefined, deadline: 0 };
    return this.#ask(this.#pending, first.value, newFindings());
  }

  /** Sends, or waits: for a pause between pictures, or because a late answer could be taken for this one (§6.1). */
  #ask(pending: Pending, asked: Ask, also: Findings): SocketStep {
    const { now } = this.#context;
    pending.asked = asked;
    const buried = bearsOwner(asked.message) ? 0 : (this.#tombstone(asked.message.cmd) ?? 0);
    const sendAt = Math.max(now + (asked.afterMs ?? 0), buried);
    pending.sendAt = sendAt > now ? sendAt : undefined;
    pending.deadline = sendAt + asked.withinMs;
    const decoded = this.#decoded(join(asked.news, also));
    const send = pending.sendAt === undefined ? JSON.stringify(asked.message) : undefined;
    return { operation: asked.message.cmd, decoded, send, isOver: false };
  }

  #sendNow(pending: Pending): SocketStep {
    pending.sendAt = undefined;
    pending.deadline = this.#context.now + pending.asked.withinMs;
    const { message } = pending.asked;
    return { operation: message.cmd, decoded: undefined, send: JSON.stringify(message), isOver: false };
  }

  #answered(message: Message, isAwaited: boolean): SocketInput {
    const word = message.ret ?? message.cmd ?? '';
    const pending = this.#pending;
    const isBuried = this.#tombstone(word) !== undefined;
    const isOurs = isAwaited && pending && !isForeign(pending.asked.message, message, isBuried);
    if (!isOurs) {
      this.#tombstones?.delete(word); // the late answer came: the word may go again
      return { kind: 'ignored', reason: isBuried ? 'late answer' : 'unasked answer' };
    }
    const { cmd } = pending.asked.message;
    return { kind: 'answer', step: this.#go(pending, { kind: 'message', message }, this.#cleared(cmd)) };
  }

  #go(pending: Pending, heard: Heard, also: Findings): SocketStep {
    this.#heard = pending.asked.message.cmd;
    const next = pending.talk.next(heard);
    if (next.done !== true) return this.#ask(pending, next.value, also);
    this.#pending = undefined;
    // its answer may come yet, and then counts as read there
    if (this.#heard === NEW_LOGS && next.value.verdict !== 'done') this.#loss = 'certain';
    return this.#over(pending, next.value, also);
  }

  #over({ commandId, word }: Pick<Pending, 'commandId' | 'word'>, ended: Ended, also: Findings): SocketStep {
    const found = join(ended.news, also) ?? newFindings();
    this.#planReading();
    this.#planFreeing(this.#context.now + FREE_AGAIN_MS, found.profile['isDisabled'] === null);
    if (commandId !== undefined) {
      const { code, info } = ended;
      // what must not happen twice is not tried again by itself, whatever became of it
      const isOnce = NEVER_AGAIN.has(word) && ended.verdict === 'failed-for-now';
      const verdict: CommandResult['verdict'] = isOnce ? 'failed-for-good' : ended.verdict;
      found.events.push({
        kind: 'command-result',
        result: { id: commandId, code, verdict, info: { ...info, cmd: word } },
      });
    }
    return { operation: word, decoded: this.#decoded(found), send: undefined, isOver: true };
  }

  #decoded(found: Findings | undefined): Decoded | undefined {
    if (!found) return undefined;
    const decoded = decodedOf(found, {}, this.#decodeContext());
    const isEmpty = decoded.events.length + decoded.parked.length === 0 && Object.keys(decoded.facts).length === 0;
    return isEmpty ? undefined : decoded;
  }

  #bury(word: string): void {
    this.#tombstones ??= new Map();
    this.#tombstones.set(word, this.#context.now + TOMBSTONE_MS);
  }

  #tombstone(word: string): Instant | undefined {
    const until = this.#tombstones?.get(word);
    if (until === undefined || until > this.#context.now) return until;
    this.#tombstones?.delete(word);
    return undefined;
  }

  /** Timeouts in a row; the third makes the word unsupported until the firmware changes (§6.1). */
  #struck(word: string): Findings {
    const found = newFindings();
    if (word === 'reboot' || word === 'initsys') return found;
    const { profile } = this.#decodeContext().terminal;
    const strikes = strikesOf(profile['strikes']);
    const count = (strikes[word] ?? 0) + 1;
    const { [word]: _, ...others } = strikes;
    found.profile['strikes'] = count >= STRIKES ? orNull(others) : { ...others, [word]: count };
    const list = profile['unsupported'];
    const known = Array.isArray(list) ? (list as readonly Json[]) : [];
    if (count >= STRIKES && !known.includes(word)) found.profile['unsupported'] = [...known, word];
    return found;
  }

  #cleared(word: string): Findings {
    const found = newFindings();
    const { [word]: struck, ...others } = strikesOf(this.#decodeContext().terminal.profile['strikes']);
    if (struck !== undefined) found.profile['strikes'] = orNull(others);
    return found;
  }
}

const orNull = (strikes: Readonly<Record<string, number>>): Json => (Object.keys(strikes).length > 0 ? strikes : null);

function strikesOf(value: Json | undefined): Record<string, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, number] => typeof pair[1] === 'number'),
  );
}

function join(a: Findings | undefined, b: Findings): Findings | undefined {
  if (!a) return b;
  return {
    ...a,
    events: [...a.events, ...b.events],
    parked: [...a.parked, ...b.parked],
    profile: { ...a.profile, ...b.profile },
  };
}

function talkOf(script: Script, contextOf: ContextOf): Talk {
  switch (script.play) {
    case 'steps':
      return script.isQuiet === true ? quietly(playSteps(script.steps)) : playSteps(script.steps);
    case 'list':
      return playList();
    case 'read':
      return playRead(script, contextOf);
    case 'logs':
      return script.word === NEW_LOGS ? playNewLogs(contextOf) : playLogs(script, contextOf);
    case 'clear':
      return playClear(script.drains, contextOf);
    case 'remove': {
      const talk = playRemove(script.enrollid, script.canList);
      return script.isQuiet === true ? quietly(talk) : talk;
    }
  }
}

export const openSession = (): SocketSession => new AifaceSession();
