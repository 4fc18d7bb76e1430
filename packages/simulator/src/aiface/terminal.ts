import { WebSocket } from 'ws';
import { sleep } from '../pace.ts';
import type { PunchRecord } from '../punch-record.ts';
import type { Random } from '../random.ts';
import { TerminalShell, type TerminalOptions } from '../shell.ts';
import { makeTemplateBytes } from '../synthetic-template.ts';
import type { SimulatedTemplate, SimulatedTemplateKind, SimulatedTerminal, SimulatedUser } from '../terminal.ts';
import { parseWall, wallText } from '../wall-clock.ts';
import { AifaceDevice, makerOf, slotOf, type LogEntry } from './device.ts';
import { Cursors, execute, logRow, type Json } from './execute.ts';
import { getAifaceProfile, type AifaceProfile } from './profiles.ts';
import { breachesOfAnswer } from './reply-rules.ts';

export interface AifaceOptions extends TerminalOptions {
  readonly overrides?: Partial<Omit<AifaceProfile, 'name'>>;
  /** Where it connects to; default `/pub/chat`. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What can be done to it beside what every terminal lets be done. */
export interface AifaceTerminal extends SimulatedTerminal {
  /** Stops reading and answering, with the connection open: a power cut somewhere on the way. */
  halfOpen(): void;
  /** The next answer to a command is not sent. */
  dropReplyOnce(): void;
  /** The next answer to a command comes so much later. */
  lateReply(ms: number): void;
  /** Sends any text as it is. */
  say(text: string): void;
  readonly isBusy: boolean;
  /** Messages as they came, with the time. */
  readonly heard: readonly Json[];
}

/** A simulated WebSocket face terminal; profiles in `profiles.ts`, default `ai06`. */
export function createAifaceTerminal(options: AifaceOptions): AifaceTerminal {
  const profile = { ...getAifaceProfile(options.profile ?? 'ai06'), ...options.overrides };
  return new Aiface(profile, options);
}

const UNANSWERED_MS = 20_000;
const USER_AGAIN_MS = 5_000;
const ENROL_MS = 4_000;
/** While it works on a command another one is dropped, and is a mistake of the server. */
const COMMAND_MS = 300;

/** One connection: questions of the terminal wait for their answer by name. */
interface Line {
  readonly socket: WebSocket;
  readonly answers: Map<string, (answer: Json | undefined) => void>;
  readonly closed: AbortController;
  isRegistered: boolean;
  isWorking: boolean;
}

/** The client of protocols/aiface-websocket.md §13. */
class Aiface extends TerminalShell implements AifaceTerminal {
  readonly heard: Json[] = [];
  readonly #profile: AifaceProfile;
  readonly #device: AifaceDevice;
  readonly #options: AifaceOptions;
  readonly #cursors = new Cursors();
  readonly #sensor: Random;
  readonly #unansweredMs: number;
  #line: Line | undefined;
  #mutesUsers = false;
  #logIndex = 0;
  #isHalfOpen = false;
  #dropsReply = false;
  #lateMs = 0;

  constructor(profile: AifaceProfile, options: AifaceOptions) {
    super('aiface', profile.name, options);
    this.#profile = profile;
    this.#options = options;
    this.#device = new AifaceDevice(profile, options.capacity ?? {});
    this.#unansweredMs = options.timeoutMs ?? UNANSWERED_MS;
    this.#sensor = this.random.fork('templates');
    for (const user of options.people ?? []) this.#device.put(user);
  }

  get isBusy(): boolean {
    return this.#device.isBusy;
  }

  halfOpen(): void {
    this.#isHalfOpen = true;
    this.#line?.socket.pause();
  }

  dropReplyOnce(): void {
    this.#dropsReply = true;
  }

  lateReply(ms: number): void {
    this.#lateMs = ms;
  }

  say(text: string): void {
    this.#line?.socket.send(text);
  }

  enrol(user: SimulatedUser): void {
    this.#device.enrol(user);
    this.bell.ring();
  }

  enrolTemplate(pin: string, kind: SimulatedTemplateKind, no = 0): SimulatedTemplate {
    const data = makeTemplateBytes(makerOf(kind, this.#profile), this.#sensor);
    const template = { kind, no, data };
    const person = this.#device.put({ pin, templates: [template] });
    this.#device.unsent.push({ id: person.id, slot: slotOf(kind, no) });
    this.bell.ring();
    return template;
  }

  user(pin: string): SimulatedUser | undefined {
    return this.#device.find(pin);
  }

  users(): readonly SimulatedUser[] {
    return this.#device.users();
  }

  pending(): number {
    return this.#device.unacked.length + this.#device.unsent.length;
  }

  protected keep(record: PunchRecord): void {
    this.#device.logs.push({ record, isAcked: false, isSent: false });
  }

  protected defaultCodes(): { readonly state: number; readonly verify: number } {
    return { state: 0, verify: this.#profile.faceMode };
  }

  protected bootMs(): number {
    return this.random.integer(10_000, 30_000);
  }

  protected async live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const line = await this.#connect(signal);
      if (line) await this.#session(line, signal).finally(() => line.socket.terminate());
      this.#line = undefined;
      this.goOffline('no connection');
      await this.pause(this.#profile.reconnectSeconds * 1000, signal);
    }
  }

  #connect(signal: AbortSignal): Promise<Line | undefined> {
    const { target, path = '/pub/chat', headers = {} } = this.#options;
    const socket = new WebSocket(`ws://${target.host}:${target.port}${path}`, { perMessageDeflate: false, headers });
    const closed = new AbortController();
    const line: Line = { socket, answers: new Map(), closed, isRegistered: false, isWorking: false };
    const abort = (): void => socket.terminate();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    socket.on('message', (data: Buffer) => this.#hear(line, data.toString('utf8')));
    socket.on('error', () => undefined); // `close` follows
    return new Promise((resolve) => {
      socket.on('open', () => {
        const isPlain = socket.protocol === '' && socket.extensions === '';
        if (!isPlain) this.violate('upgrade', ['nothing was offered, so nothing may be selected (§2.1)']);
        this.#line = line;
        resolve(line);
      });
      socket.on('close', () => {
        signal.removeEventListener('abort', abort);
        closed.abort();
        for (const settle of line.answers.values()) settle(undefined);
        line.answers.clear();
        resolve(undefined);
      });
    });
  }

  async #session(line: Line, outer: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([outer, line.closed.signal]);
    let greetedAt = 0;
    while (!signal.aborted) {
      const { regHeartbeat } = this.#profile;
      const isDue = regHeartbeat > 0 && Date.now() - greetedAt >= this.scaled(regHeartbeat * 1000);
      if (!line.isRegistered || isDue) {
        greetedAt = Date.now();
        const isTaken = await this.#greet(line, signal);
        if (isTaken === undefined) return;
        if (!isTaken) {
          await this.pause(this.#profile.reconnectSeconds * 1000, signal);
          continue;
        }
      }
      const isSent = await this.#deliver(line, signal);
      if (isSent === undefined) return;
      this.tellWhenDrained();
      await this.rest(regHeartbeat > 0 ? regHeartbeat * 1000 : 60_000, signal);
    }
  }

  /** True: taken. False: refused. Undefined: no answer, and the connection is dropped without a word. */
  async #greet(line: Line, signal: AbortSignal): Promise<boolean | undefined> {
    const answer = await this.#ask(line, this.#reg(), signal);
    if (!answer) return undefined;
    if (answer['result'] !== true) return false;
    this.#setClock(answer);
    this.#mutesUsers = answer['nosenduser'] === true;
    line.isRegistered = true;
    this.goOnline();
    return true;
  }

  #reg(): Json {
    const { model, firmware, fpalgo, fingers, faces, cards } = this.#profile;
    const device = this.#device;
    return {
      cmd: 'reg',
      sn: this.serialNumber,
      cpusn: '558100327',
      devinfo: {
        modelname: model,
        usersize: 3000,
        facesize: faces,
        fpsize: fingers,
        cardsize: cards,
        pwdsize: 3000,
        logsize: 100_000,
        useduser: device.people.size,
        usedface: device.count(20, 27) + device.count(50, 51),
        usedfp: device.count(0, 9),
        usedcard: device.count(11, 11),
        usedpwd: device.count(10, 10),
        usedlog: device.logs.length,
        usednewlog: device.unacked.length,
        fpalgo,
        firmware,
        time: wallText(this.clock.now()),
        mac: '00-01-A9-0A-0B-0C',
      },
    };
  }

  #setClock(answer: Json): void {
    const { cloudtime } = answer;
    if (typeof cloudtime === 'string') this.clock.set(parseWall(cloudtime));
  }

  /** Records, then people. Undefined: something stayed unanswered. */
  async #deliver(line: Line, signal: AbortSignal): Promise<true | undefined> {
    for (;;) {
      const { batch, firstPunchOnly } = this.#profile;
      const waiting = this.#device.unacked.filter((entry) => !firstPunchOnly || this.#isFirst(entry));
      if (waiting.length === 0 || signal.aborted) break;
      const isTurned = waiting.length > batch && this.faults.happens('reordered-batches');
      const entries = isTurned ? waiting.slice(-batch) : waiting.slice(0, batch);
      const isOkay = await this.#sendLog(line, entries, signal);
      if (isOkay === undefined) return undefined;
      if (!isOkay) await this.pause(this.#profile.reconnectSeconds * 1000, signal);
    }
    return this.#deliverUsers(line, signal);
  }

  #isFirst(entry: LogEntry): boolean {
    const { pin, wallTime } = entry.record;
    const first = this.#device.logs.find(
      ({ record }) => record.pin === pin && record.wallTime.slice(0, 10) === wallTime.slice(0, 10),
    );
    return first === entry;
  }

  async #sendLog(line: Line, entries: readonly LogEntry[], signal: AbortSignal): Promise<boolean | undefined> {
    if (this.faults.happens('lost-request') || this.faults.happens('reset-mid-body')) return undefined;
    const isLive = entries.length === 1;
    const logindex = isLive ? 0 : (this.#logIndex += entries.length);
    const message = {
      cmd: 'sendlog',
      sn: this.serialNumber,
      count: entries.length,
      logindex,
      record: entries.map((each) => this.#row(each)),
    };
    this.emit('sent', entries.length);
    if (this.#profile.duplicateBatch) await this.#ask(line, message, signal);
    const asked = this.#ask(line, message, signal);
    if (this.faults.happens('hang-up')) return undefined;
    const answer = await asked;
    if (!answer || this.faults.happens('lost-reply')) return undefined;
    if (this.faults.happens('power-cycle')) {
      this.reboot();
      return undefined;
    }
    const isEchoed = answer['count'] === message.count && answer['logindex'] === logindex;
    const isOkay = answer['result'] === true && (isEchoed || !this.#profile.isStrict);
    this.emit('answer', {
      operation: 'sendlog',
      status: 200,
      body: Buffer.from(JSON.stringify(answer)),
      isAccepted: isOkay,
    });
    if (!isOkay) return false;
    this.#setClock(answer);
    for (const entry of entries) entry.isAcked = true;
    this.acknowledge(entries.map(({ record }) => record));
    return true;
  }

  #row(entry: LogEntry): Json {
    const { photo } = entry.record;
    const prefix = this.#profile.dataUriPrefix ? 'data:image/jpeg;base64,' : '';
    const image = photo ? { image: `${prefix}${Buffer.from(photo).toString('base64')}` } : {};
    const row = logRow(entry.record);
    const person = this.#device.people.get(entry.record.pin);
    const enrollid = this.#profile.enrollidAsString ? entry.record.pin : row['enrollid'];
    return { ...row, enrollid, ...(person ? { name: person.name } : {}), ...image };
  }

  async #deliverUsers(line: Line, signal: AbortSignal): Promise<true | undefined> {
    while (!signal.aborted) {
      const [next] = this.#device.unsent;
      if (!next) return true;
      const person = this.#device.people.get(next.id);
      const record = next.slot === undefined ? undefined : person?.slots.get(next.slot);
      const content = next.slot === undefined ? {} : { backupnum: next.slot, record: this.#content(next.slot, record) };
      const message = {
        cmd: 'senduser',
        sn: this.serialNumber,
        enrollid: Number(next.id),
        name: person?.name ?? '',
        admin: person?.admin ?? 0,
        ...content,
      };
      const isGone = person === undefined || (next.slot !== undefined && record === undefined);
      const answer = isGone || this.#mutesUsers ? { result: true } : await this.#ask(line, message, signal);
      if (!answer) return undefined;
      if (answer['result'] === true) this.#device.unsent.shift();
      else await this.pause(USER_AGAIN_MS, signal);
    }
    return undefined;
  }

  #content(slot: number, record: string | undefined): unknown {
    if (slot === 10 || slot === 11) return Number(record);
    return slot === 50 && this.#profile.dataUriPrefix ? `data:image/jpeg;base64,${record ?? ''}` : record;
  }

  /** Asks the server; undefined when no answer came in time, or the connection ended. */
  #ask(line: Line, message: Json, signal: AbortSignal): Promise<Json | undefined> {
    const word = String(message['cmd']);
    return new Promise((resolve) => {
      const settle = (answer: Json | undefined): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        line.answers.delete(word);
        if (answer) this.violate(word, breachesOfAnswer(message, answer));
        resolve(answer);
      };
      const giveUp = (): void => settle(undefined);
      const timer = setTimeout(giveUp, this.#unansweredMs);
      signal.addEventListener('abort', giveUp, { once: true });
      line.answers.set(word, settle);
      line.socket.send(JSON.stringify(this.#spoiled(message)));
    });
  }

  #spoiled(message: Json): Json {
    if (!this.#profile.trailingSpaceKeys) return message;
    return Object.fromEntries(Object.entries(message).map(([key, value]) => [`${key} `, value]));
  }

  #hear(line: Line, text: string): void {
    if (this.#isHalfOpen || line.socket.readyState !== WebSocket.OPEN) return; // without power nothing is heard
    let message: Json;
    try {
      message = JSON.parse(text) as Json; // an object, or a violation below
    } catch {
      return this.violate('message', [`no JSON: ${text.slice(0, 40)}`]);
    }
    this.heard.push(message);
    if (typeof message['ret'] === 'string') {
      const settle = line.answers.get(message['ret']);
      if (settle) settle(message);
      else this.violate(message['ret'], ['an answer to nothing, or a second one (§1.5)']);
    } else if (typeof message['cmd'] === 'string') void this.#obey(line, message);
    else this.violate('message', ['neither cmd nor ret']);
  }

  async #obey(line: Line, message: Json): Promise<void> {
    const word = String(message['cmd']);
    if (!line.isRegistered) this.violate(word, ['a command before the greeting was answered (§6.1)']);
    if (line.isWorking) return this.violate(word, ['a second command while one is out (§1.7)']);
    this.emit('command', { id: '', text: JSON.stringify(message) });
    if (this.faults.happens('command-dropped')) return;
    if (this.faults.happens('reboot-mid-command')) return this.reboot();
    line.isWorking = true;
    const { reply, then } = execute(message, { device: this.#device, clock: this.clock, cursors: this.#cursors });
    await (this.#lateMs > 0 ? this.#takeItsTime(line) : sleep(this.scaled(COMMAND_MS), line.closed.signal));
    line.isWorking = false;
    const isLost = this.#dropsReply || this.faults.happens('result-never');
    this.#dropsReply = false;
    const key = this.#profile.replyWithCmdKey ? 'cmd' : 'ret';
    const answer = reply && this.#spoiled({ [key]: word, sn: this.serialNumber, ...reply });
    if (answer && !isLost && line.socket.readyState === WebSocket.OPEN) line.socket.send(JSON.stringify(answer));
    if (then === 'restart') this.reboot();
    if (then === 'enrol') void this.#enrolHere(line, message);
  }

  /** A slow answer: the server may have given up by then, and asked for something else. */
  async #takeItsTime(line: Line): Promise<void> {
    const ms = this.#lateMs;
    this.#lateMs = 0;
    line.isWorking = false;
    await sleep(ms, line.closed.signal);
  }

  async #enrolHere(line: Line, message: Json): Promise<void> {
    await sleep(this.scaled(ENROL_MS), line.closed.signal);
    if (line.closed.signal.aborted) return;
    const [pin, slot] = [String(message['enrollid']), Number(message['backupnum'])];
    const name = typeof message['name'] === 'string' ? { name: message['name'] } : {};
    const person = this.#device.put({ pin, ...name });
    const kind = slot <= 9 ? 'fingerprint' : slot === 51 ? 'visible-face' : 'face';
    const record =
      slot === 50
        ? this.#sensor.bytes(400).toString('base64')
        : makeTemplateBytes(makerOf(kind, this.#profile), this.#sensor).toString('hex');
    person.slots.set(slot, record);
    this.#device.unsent.push({ id: person.id, slot });
    this.bell.ring();
  }
}
