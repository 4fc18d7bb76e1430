import { LateResults } from '../late-results.ts';
import type { PunchRecord } from '../punch-record.ts';
import type { RawReply } from '../reply-reader.ts';
import { TerminalShell, type TerminalOptions } from '../shell.ts';
import type { SimulatedTemplate, SimulatedTemplateKind, SimulatedUser } from '../terminal.ts';
import { wallText } from '../wall-clock.ts';
import { AccessDevice, type AccessResult } from './access-device.ts';
import { executeAccess, wallOfSeconds, type AccessAnswer, type AccessExecution } from './access-execute.ts';
import { photoLine, rtlogLine, stateLine, transactionLine } from './access-rows.ts';
import { accessBreaches, isAccepted, type AccessExpectation } from './access-rules.ts';
import { readPollReply, type ZktecoCommand } from './command-line.ts';
import type { ZktecoProfile } from './profiles.ts';
import { RequestWriter, type ZktecoRequest } from './request.ts';

const TRY_PAUSES_MS = [300, 600, 900];
const STATE_SECONDS = 30;
const LATE_POLLS = 3;
const LINES_PER_POST = 30;

/** Token and pace that a registration gave. */
interface Session {
  readonly delaySeconds: number;
  readonly errorDelaySeconds: number;
}

const keysOf = (body: string): ReadonlyMap<string, string> =>
  new Map(
    body.split('\n').map((line): [string, string] => {
      const at = line.indexOf('=');
      return [line.slice(0, Math.max(0, at)), line.slice(at + 1)];
    }),
  );

/** A terminal in access mode: registers, tells its doors, and answers commands (protocols/zkteco-push.md §2.9, §3.10–§3.12, §4.5). */
export class AccessTerminal extends TerminalShell {
  readonly #profile: ZktecoProfile;
  readonly #device: AccessDevice;
  readonly #requests: RequestWriter;
  readonly #late = new LateResults<AccessResult>();
  #session: Session | undefined;
  #nextPollAt = 0;
  #nextStateAt = 0;
  #enrolling: { readonly until: number; readonly act: () => AccessResult } | undefined;

  constructor(profile: ZktecoProfile, options: TerminalOptions) {
    super('zkteco', profile.name, options);
    this.#profile = profile;
    const random = this.random.fork('templates');
    this.#device = new AccessDevice(profile, options.serialNumber, this.clock, random, options.capacity ?? {});
    for (const user of options.people ?? []) this.#device.store(user);
    this.#requests = new RequestWriter(profile, options.serialNumber, options.target);
  }

  enrol(user: SimulatedUser): void {
    this.#device.enrol(user);
    this.bell.ring();
  }

  enrolTemplate(pin: string, kind: SimulatedTemplateKind, no = 0): SimulatedTemplate {
    const template = this.#device.makeTemplate(kind, no);
    this.#device.enrolTemplate(pin, template);
    this.bell.ring();
    return template;
  }

  user(pin: string): SimulatedUser | undefined {
    return this.#device.people.get(pin);
  }

  users(): readonly SimulatedUser[] {
    return [...this.#device.people.values()];
  }

  /** The doors that somebody may open here, one bit each. */
  doorsOf(pin: string): number {
    return this.#device.rights.get(pin) ?? 0;
  }

  pending(): number {
    return this.#device.pending;
  }

  protected keep(record: PunchRecord): void {
    this.#device.keep(record, !this.isOnline);
  }

  protected defaultCodes(): { readonly state: number; readonly verify: number } {
    return this.#profile.punch;
  }

  protected bootMs(): number {
    return this.random.integer(20_000, 60_000);
  }

  protected async live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (await this.#register(signal)) await this.#serve(signal);
      await this.pause((this.#session?.errorDelaySeconds ?? 30) * 1000, signal);
    }
  }

  /** Question, registration, configuration, time; then every request carries the token. */
  async #register(signal: AbortSignal): Promise<boolean> {
    this.#requests.cookie = undefined;
    const hello = this.#requests.get('cdata', 'handshake', this.#profile.handshakeQuery);
    if (!(await this.#ask(hello, { shape: 'handshake' }, signal))) return false;
    const own = [...this.#device.ownOptions()].map(([key, value]) => `${key}=${value}`).join(',');
    const registry = this.#requests.post('registry', 'registry', '', Buffer.from(own));
    const registered = await this.#ask(registry, { shape: 'registry' }, signal);
    const code = registered && /^RegistryCode=(\w+)$/.exec(registered.body.toString())?.[1];
    if (code === undefined) return false;
    const timestamp = String(this.random.integer(1, 1_000_000_000));
    this.#requests.cookie = `token=${this.#device.tokenOf(code, timestamp)}; timestamp=${timestamp}`;
    const push = this.#requests.post('push', 'push', '', Buffer.alloc(0));
    const configured = await this.#ask(push, { shape: 'push' }, signal);
    if (!configured) return false;
    const keys = keysOf(configured.body.toString());
    this.#requests.cookie = `token=${this.#device.tokenOf(code, keys.get('SessionID') ?? '')}`;
    this.#session = {
      delaySeconds: Number(keys.get('RequestDelay') ?? 30),
      errorDelaySeconds: Number(keys.get('ErrorDelay') ?? 60),
    };
    if (!(await this.#askTime(signal))) return false;
    this.#nextPollAt = this.#nextStateAt = 0;
    this.goOnline();
    return true;
  }

  /** `DateTime` is UTC in ZK seconds, `ServerTZ` the offset of the wall (§5.2). */
  async #askTime(signal: AbortSignal): Promise<boolean> {
    const request = this.#requests.get('rtdata', 'rtdata', '&type=time');
    const reply = await this.#ask(request, { shape: 'time' }, signal);
    const found = /^DateTime=(\d+),ServerTZ=([+-])(\d\d)(\d\d)$/.exec(reply?.body.toString() ?? '');
    if (!found) return false;
    const [, seconds, sign, hours, minutes] = found;
    const zone = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
    this.clock.offsetMinutes = zone;
    this.clock.set(wallOfSeconds(Number(seconds)) + zone * 60_000);
    return true;
  }

  async #serve(signal: AbortSignal): Promise<void> {
    while (this.#isServing(signal)) {
      await this.#round(signal);
      if (!this.#isServing(signal)) return;
      const due = Math.min(this.#nextPollAt, this.#nextStateAt, this.#enrolling?.until ?? Infinity);
      await this.bell.wait(due - Date.now(), signal);
    }
  }

  #isServing(signal: AbortSignal): boolean {
    return !signal.aborted && this.isOnline;
  }

  async #round(signal: AbortSignal): Promise<void> {
    this.strayFaults(this.#requests.get('getrequest', 'stray'), signal);
    this.#finishEnrolment();
    if (!(await this.#postResults(signal))) return;
    if (!(await this.#upload(signal))) return;
    if (Date.now() >= this.#nextStateAt && !(await this.#tellState(signal))) return;
    if (Date.now() >= this.#nextPollAt) await this.#poll(signal);
  }

  async #tellState(signal: AbortSignal): Promise<boolean> {
    this.#nextStateAt = Date.now() + this.scaled(STATE_SECONDS * 1000);
    const body = Buffer.from(`${stateLine(wallText(this.clock.now()))}\n`);
    const request = this.#requests.post('cdata', 'cdata/rtstate', '&table=rtstate', body);
    return (await this.#ask(request, { shape: 'ok' }, signal)) !== undefined;
  }

  /** Everything that was not taken yet: tables, events, pictures. */
  async #upload(signal: AbortSignal): Promise<boolean> {
    const { lines, events, photos } = this.#device;
    while (lines.unsent > 0) {
      const [first] = lines.take(1);
      const table = first?.record.table ?? '';
      const waiting = lines.take(LINES_PER_POST);
      const other = waiting.findIndex(({ record }) => record.table !== table);
      const entries = other < 0 ? waiting : waiting.slice(0, other);
      if (!(await this.#postTable(table, entries.map(({ record }) => record.line), signal))) return false; // prettier-ignore
      lines.markSent(entries);
      this.tellWhenDrained();
    }
    while (events.unsent > 0) if (!(await this.#postEvents(signal))) return false;
    while (photos.unsent > 0) {
      const entries = photos.take(1);
      const record = entries[0]?.record;
      if (record?.photo && !(await this.#postTable('ATTPHOTO', [photoLine(record, record.photo)], signal)))
        return false;
      photos.markSent(entries);
      this.tellWhenDrained();
    }
    return true;
  }

  /** Live events as they are; what happened without a server comes out of the log. */
  async #postEvents(signal: AbortSignal): Promise<boolean> {
    const waiting = this.#device.events.take(LINES_PER_POST, this.faults.happens('reordered-batches'));
    const isOffline = waiting[0]?.record.isOffline === true;
    const entries = waiting.filter(({ record }) => record.isOffline === isOffline);
    const records = entries.map(({ record }) => record);
    const punches = records.map(({ punch }) => punch);
    const isTaken = isOffline
      ? await this.#postTable('transaction', records.map(transactionLine), signal, punches.length)
      : await this.#postLive(records.map(rtlogLine), signal, punches.length);
    if (!isTaken) return false;
    this.#device.events.markSent(entries);
    this.acknowledge(punches);
    return true;
  }

  async #postLive(lines: readonly string[], signal: AbortSignal, punches: number): Promise<boolean> {
    const request = this.#requests.post('cdata', 'cdata/rtlog', '&table=rtlog', bodyOf(lines));
    return (await this.#ask(request, { shape: 'ok' }, signal, punches)) !== undefined;
  }

  async #postTable(table: string, lines: readonly string[], signal: AbortSignal, punches = 0): Promise<boolean> {
    const query = `&table=tabledata&tablename=${table}&count=${lines.length}`;
    const request = this.#requests.post('cdata', `cdata/tabledata/${table}`, query, bodyOf(lines));
    return (await this.#ask(request, { shape: 'table', table, records: lines.length }, signal, punches)) !== undefined;
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const request = this.#requests.get('getrequest', 'getrequest');
    const reply = await this.#ask(request, { shape: 'poll' }, signal);
    if (!reply) return;
    this.#device.results.push(...this.#late.polled());
    const read = readPollReply(reply.body.toString(), false);
    const delay = this.#session?.delaySeconds ?? 30;
    this.#nextPollAt = Date.now() + this.scaled((read.kind === 'commands' ? 1 : delay) * 1000);
    if (read.kind === 'unknown-device') return this.goOffline('the server does not know this terminal');
    if (read.kind === 'commands') await this.#execute(read.commands, signal);
  }

  async #execute(commands: readonly ZktecoCommand[], signal: AbortSignal): Promise<void> {
    for (const command of commands) {
      this.emit('command', command);
      if (this.faults.happens('command-dropped')) continue;
      if (this.faults.happens('reboot-mid-command')) return this.reboot();
      const execution = executeAccess(this.#device, command);
      if (execution.answer && !(await this.#postAnswer(command.id, execution.answer, signal))) return;
      if (execution.result) this.#buffer(execution.result);
      this.#followUp(execution);
      if (signal.aborted) return;
    }
  }

  #followUp({ finish, then }: AccessExecution): void {
    if (finish) this.#enrolling = { until: Date.now() + this.scaled(finish.afterMs), act: finish.act };
    if (then === 'restart') this.reboot(); // the result stays, and is posted after the boot
  }

  #finishEnrolment(): void {
    if (!this.#enrolling || Date.now() < this.#enrolling.until) return;
    this.#buffer(this.#enrolling.act());
    this.#enrolling = undefined;
  }

  #buffer(result: AccessResult): void {
    if (this.faults.happens('result-never')) return;
    if (this.faults.happens('result-late')) return this.#late.hold(result, LATE_POLLS);
    this.#device.results.push(result);
    if (this.faults.happens('result-twice')) this.#device.results.push(result);
  }

  /** Records in packs, counted from 1; options and counts in one (§3.12). */
  async #postAnswer(id: string, { type, table, lines }: AccessAnswer, signal: AbortSignal): Promise<boolean> {
    if (type !== 'tabledata') {
      const query = `&type=${type}&cmdid=${id}&tablename=${table}`;
      const request = this.#requests.post('querydata', `querydata/${type}`, query, Buffer.from(lines.join('\n')));
      const count = Number(lines[0]?.split('=')[1]);
      const expected =
        type === 'count' ? ({ shape: 'table', table, records: count } as const) : ({ shape: 'ok' } as const);
      return (await this.#ask(request, expected, signal)) !== undefined;
    }
    const packs = Math.max(1, Math.ceil(lines.length / LINES_PER_POST));
    for (let pack = 0; pack < packs; pack++) {
      const some = lines.slice(pack * LINES_PER_POST, (pack + 1) * LINES_PER_POST);
      const query = `&type=tabledata&cmdid=${id}&tablename=${table}&count=${some.length}&packcnt=${packs}&packidx=${pack + 1}&datafmt=1`;
      const request = this.#requests.post('querydata', `querydata/${table}`, query, bodyOf(some));
      if (!(await this.#ask(request, { shape: 'table', table, records: some.length }, signal))) return false;
    }
    return true;
  }

  async #postResults(signal: AbortSignal): Promise<boolean> {
    while (this.#device.results.length > 0) {
      const posted = [...this.#device.results];
      const request = this.#requests.post('devicecmd', 'devicecmd', '', bodyOf(posted.map(({ line }) => line)));
      if (!(await this.#ask(request, { shape: 'ok' }, signal))) return false;
      this.#device.results = this.#device.results.slice(posted.length);
    }
    return true;
  }

  /** Tries a request up to three times; goes offline when none is taken. 401, 403 and 406 make it register anew (§2.9). */
  async #ask(
    request: ZktecoRequest,
    shape: Omit<AccessExpectation, 'operation' | 'closes'>,
    signal: AbortSignal,
    punches = 0,
  ): Promise<RawReply | undefined> {
    const expected = { ...shape, operation: request.operation, closes: request.closes };
    let reason = 'stopped';
    for (const pauseMs of TRY_PAUSES_MS) {
      if (punches > 0) this.emit('sent', punches);
      const isUpload = request.operation.startsWith('cdata/');
      const seen = await (isUpload ? this.sendThroughFaults(request, signal) : this.send(request, signal));
      if (signal.aborted) return undefined;
      const { reply } = seen;
      reason = reply ? `status ${reply.status}` : seen.reason;
      if (reply) {
        if (seen.isSound) this.violate(request.operation, accessBreaches(reply, expected));
        const isTaken = isAccepted(reply, expected);
        this.emit('answer', {
          operation: request.operation,
          status: reply.status,
          body: reply.body,
          isAccepted: isTaken,
        });
        if (isTaken) return reply;
        if (reply.status >= 401 && reply.status <= 406) break;
      }
      await this.pause(pauseMs, signal);
    }
    if (!signal.aborted) this.goOffline(reason);
    return undefined;
  }
}

const bodyOf = (lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''));
