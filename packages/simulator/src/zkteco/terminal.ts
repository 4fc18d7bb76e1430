import { everyFault } from '../faults.ts';
import { LateResults } from '../late-results.ts';
import type { PunchRecord } from '../punch-record.ts';
import { exactHeader, type RawReply } from '../reply-reader.ts';
import { TerminalShell, type TerminalOptions } from '../shell.ts';
import type { SimulatedTemplate, SimulatedTemplateKind, SimulatedTerminal, SimulatedUser } from '../terminal.ts';
import { parseWall } from '../wall-clock.ts';
import { isAcceptedBy } from './acceptance.ts';
import { AccessTerminal } from './access-terminal.ts';
import { readPollReply, type ZktecoCommand } from './command-line.ts';
import { allowedUploads, readConfiguration, type Configuration } from './configuration.ts';
import { ZktecoDevice, type CommandOutcome } from './device.ts';
import { executeCommand, infoLines, type Execution } from './execute.ts';
import { ODD_NAMES } from './odd-names.ts';
import { getZktecoProfile, type ZktecoProfile } from './profiles.ts';
import { replyBreaches, type Expectation } from './reply-rules.ts';
import { RequestWriter, type ZktecoRequest } from './request.ts';
import { Uploader, type Upload } from './uploader.ts';

export interface ZktecoOptions extends TerminalOptions {
  /** A clock that ignores the server's `Date:` (a menu switch of newer firmware, §5.1). */
  readonly keepsOwnClock?: boolean;
}

/** A simulated ZKTeco push terminal; profiles in protocols/zkteco-push.md §6.3, default `tft-sdk231`. */
export function createZktecoTerminal(options: ZktecoOptions): SimulatedTerminal {
  const profile = getZktecoProfile(options.profile ?? 'tft-sdk231');
  return profile.dialect === 'sec' ? new AccessTerminal(profile, options) : new ZktecoTerminal(profile, options);
}

const TRY_PAUSES_MS = [300, 600, 900];
const REALTIME_PAUSE_MS = 400;
const LATE_POLLS = 3;
const CLOCK_TOLERANCE_MS = 10_000;

/** The device model of §6.2: handshake, poll loop, uploads, commands. */
class ZktecoTerminal extends TerminalShell {
  readonly #profile: ZktecoProfile;
  readonly #device: ZktecoDevice;
  readonly #requests: RequestWriter;
  readonly #uploader: Uploader;
  readonly #keepsOwnClock: boolean;
  #configuration: Configuration | undefined;
  #mustHandshake = false;
  #mustSweep = true;
  #idleSeconds = 0;
  #nextPollAt = 0;
  #nextSweepAt = 0;
  #nextBatchAt = 0;
  #areOptionsDue = false;
  #lastInfo = '';
  readonly #late = new LateResults<CommandOutcome>();
  #enrolling: { until: number; act: () => CommandOutcome } | undefined;

  constructor(profile: ZktecoProfile, options: ZktecoOptions) {
    super('zkteco', profile.name, options, profile.faultRate ? everyFault(profile.faultRate) : {});
    this.#profile = profile;
    const random = this.random.fork('templates');
    this.#device = new ZktecoDevice(profile, options.serialNumber, this.clock, random, options.capacity ?? {});
    for (const user of options.people ?? []) this.#device.place(user);
    this.#requests = new RequestWriter(profile, options.serialNumber, options.target);
    this.#uploader = new Uploader(this.#device, this.#requests);
    this.#keepsOwnClock = options.keepsOwnClock ?? false;
  }

  enrol(user: SimulatedUser): void {
    const rawName = this.faults.happens('mixed-charset') ? this.random.pick(ODD_NAMES) : undefined;
    this.#device.enrol(this.faults.happens('big-template') ? this.#withBigTemplate(user) : user, rawName);
    this.bell.ring();
  }

  enrolTemplate(pin: string, kind: SimulatedTemplateKind, no = 0): SimulatedTemplate {
    const template = this.#device.makeTemplate(kind, no);
    this.#device.enrolTemplate(pin, template);
    this.bell.ring();
    return template;
  }

  #withBigTemplate(user: SimulatedUser): SimulatedUser {
    const big = { kind: 'fingerprint', no: 9, data: this.random.bulk(675_000) } as const; // 900 KB of base64
    return { ...user, templates: [...(user.templates ?? []), big] };
  }

  user(pin: string): SimulatedUser | undefined {
    return this.#device.people.get(pin);
  }

  users(): readonly SimulatedUser[] {
    return [...this.#device.people.values()];
  }

  pending(): number {
    return this.#device.pending;
  }

  protected keep(record: PunchRecord): void {
    this.#device.keep(record);
  }

  protected defaultCodes(): { readonly state: number; readonly verify: number } {
    return this.#profile.punch;
  }

  protected bootMs(): number {
    return this.random.integer(20_000, 60_000);
  }

  protected async live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (await this.#handshake(signal)) await this.#serve(signal);
      const isWanted = this.#mustHandshake;
      this.#mustHandshake = false;
      if (!isWanted) await this.pause((this.#configuration?.errorDelaySeconds ?? 30) * 1000, signal);
    }
  }

  async #handshake(signal: AbortSignal): Promise<boolean> {
    const request = this.#requests.get('cdata', 'handshake', this.#handshakeQuery());
    const reply = await this.#ask(request, this.#expect(request, 'handshake'), signal);
    const configuration = reply?.status === 200 ? readConfiguration(reply.body.toString()) : undefined;
    if (!reply || !configuration) return false;
    this.#configuration = configuration;
    this.#syncClock(reply);
    this.#device.applyStamps(configuration);
    const { splitsTransFlagAtTab, dialect } = this.#profile;
    const flag = configuration.options.get('TransFlag');
    this.#uploader.allow(allowedUploads(flag, splitsTransFlagAtTab, dialect !== 'tft'));
    this.#areOptionsDue = this.#profile.options !== 'never' && configuration.options.get('PushOptionsFlag') === '1';
    this.#idleSeconds = 0;
    this.#nextPollAt = this.#nextBatchAt = 0;
    this.#mustSweep = true;
    this.goOnline();
    if (this.#profile.dialect === 'tft') await this.#askTime(signal);
    return true;
  }

  /** The hostile profile says something else each time (§6.3: "random"). */
  #handshakeQuery(): string {
    if (!this.#profile.isFragile) return this.#profile.handshakeQuery;
    const versions = ['', '&pushver=2.31', '&pushver=Ver%202.0.33S-20220623', '&PushVer=2.4.1&DeviceType=att'];
    return `&options=all${this.random.pick(versions)}`;
  }

  /** Until the connection is lost or a new handshake is wanted. */
  async #serve(signal: AbortSignal): Promise<void> {
    this.#nextSweepAt = this.#inMinutes(this.#configuration?.transIntervalMinutes ?? 1);
    while (this.#isServing(signal)) {
      await this.#round(signal);
      if (this.#isServing(signal)) await this.#restUntilDue(signal);
    }
  }

  #isServing(signal: AbortSignal): boolean {
    return !signal.aborted && this.isOnline && !this.#mustHandshake;
  }

  /** One tick of §6.2: results, options, uploads, poll. */
  async #round(signal: AbortSignal): Promise<void> {
    this.strayFaults(this.#requests.get('getrequest', 'stray'), signal);
    this.#finishEnrolment();
    if (!(await this.#postResults(signal))) return;
    if (this.#areOptionsDue && !(await this.#postOptions(signal))) return;
    const now = Date.now();
    if (now >= this.#nextSweepAt) {
      this.#mustSweep = true;
      this.#nextSweepAt = this.#inMinutes(this.#configuration?.transIntervalMinutes ?? 1);
    }
    if (this.#mustSweep && now >= this.#nextBatchAt && !(await this.#sweep(signal))) return;
    if (Date.now() >= this.#nextPollAt) await this.#poll(signal);
  }

  async #restUntilDue(signal: AbortSignal): Promise<void> {
    const batchAt = this.#mustSweep ? this.#nextBatchAt : Infinity;
    const enrolAt = this.#enrolling?.until ?? Infinity;
    const due = Math.min(this.#nextPollAt, this.#nextSweepAt, batchAt, enrolAt);
    const hasRung = await this.bell.wait(due - Date.now(), signal);
    if (!hasRung || this.#configuration?.isRealtime === false) return;
    await this.pause(REALTIME_PAUSE_MS, signal);
    this.#mustSweep = true;
  }

  /** One upload of each table that has something to say; a backlog takes several rounds, with polls between. */
  async #sweep(signal: AbortSignal): Promise<boolean> {
    this.#mustSweep = false;
    const isReordered = this.faults.happens('reordered-batches');
    for (const upload of this.#uploader.next(isReordered)) {
      if (!(await this.#upload(upload, signal))) return false;
    }
    if (this.#uploader.hasMore()) {
      this.#mustSweep = true;
      this.#nextBatchAt = Date.now() + this.scaled((this.#profile.batchPauseSeconds ?? 0) * 1000);
    }
    return true;
  }

  async #upload(upload: Upload, signal: AbortSignal): Promise<boolean> {
    const { request, records } = upload;
    const expected = { ...this.#expect(request, upload.isPhoto ? 'photo' : 'counted'), records };
    const reply = await this.#ask(request, expected, signal, upload.punches.length);
    if (!reply) {
      this.#uploader.batch.failed();
      return false;
    }
    this.#uploader.batch.succeeded();
    upload.commit();
    this.acknowledge(upload.punches);
    return true;
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const info = this.#device.info();
    const query = info === this.#lastInfo ? '' : `&INFO=${info.replaceAll(' ', '%20')}`;
    const request = this.#requests.get('getrequest', 'getrequest', query);
    const reply = await this.#ask(request, this.#expect(request, 'poll'), signal);
    if (!reply) return;
    this.#device.results.push(...this.#late.polled());
    this.#lastInfo = info;
    this.#syncClock(reply);
    const read = readPollReply(reply.body.toString(), this.#profile.isStrictPoll);
    const delay = this.#configuration?.delaySeconds ?? 30;
    switch (read.kind) {
      case 'idle':
        this.#idleSeconds = Math.min(this.#idleSeconds + delay / 5, delay);
        return this.#pollAfter(this.#ownPollSeconds() ?? this.#idleSeconds);
      case 'commands':
        this.#idleSeconds = 1;
        this.#pollAfter(1);
        return this.#execute(read.commands, signal);
      case 'empty':
        if (this.#profile.isStrictPoll) return this.goOffline('the poll was answered with an empty body');
        return this.#pollAfter(delay);
      case 'unknown-device':
        return this.#reconnect('the server does not know this terminal');
      case 'unreadable':
        return this.#pollAfter(this.#profile.isStrictPoll ? (this.#configuration?.errorDelaySeconds ?? 30) : delay);
    }
  }

  async #execute(commands: readonly ZktecoCommand[], signal: AbortSignal): Promise<void> {
    for (const command of commands) {
      this.emit('command', command);
      if (this.faults.happens('command-dropped')) continue;
      if (this.faults.happens('reboot-mid-command')) return this.reboot();
      const execution = executeCommand(this.#device, command);
      for (const { table, lines } of execution.uploads ?? []) {
        for (const upload of this.#uploader.queryUploads(table, lines)) {
          if (!(await this.#upload(upload, signal))) return;
        }
      }
      if (execution.outcome) this.#buffer(execution.outcome);
      await this.#followUp(execution, signal);
      if (signal.aborted || this.#mustHandshake) return;
    }
  }

  async #followUp(execution: Execution, signal: AbortSignal): Promise<void> {
    if (execution.finish) {
      this.#enrolling = { until: Date.now() + this.scaled(execution.finish.afterMs), act: execution.finish.act };
    }
    switch (execution.then) {
      case 'handshake':
        await this.#postResults(signal);
        return this.#reconnect('CHECK asks for a new handshake');
      case 'restart':
        return this.reboot(); // the result stays in its buffer and is posted after the boot
      case 'crash':
        return this.reboot();
      case 'sweep':
        this.#mustSweep = true;
        return;
      case undefined:
    }
  }

  #finishEnrolment(): void {
    if (!this.#enrolling || Date.now() < this.#enrolling.until) return;
    this.#buffer(this.#enrolling.act());
    this.#enrolling = undefined;
    this.#mustSweep = true;
  }

  #buffer(outcome: CommandOutcome): void {
    if (this.faults.happens('result-never')) return;
    if (this.faults.happens('result-late')) return this.#late.hold(outcome, LATE_POLLS);
    this.#device.results.push(outcome);
    if (this.faults.happens('result-twice')) this.#device.results.push(outcome);
  }

  /** Posts the result buffer; it is cleared only by 200 with `text/plain` in the headers (§4.6). */
  async #postResults(signal: AbortSignal): Promise<boolean> {
    while (this.#device.results.length > 0) {
      const first = this.#device.results[0];
      const repeatsFirst = this.#device.results[1] === first; // `result-twice` posts apart from each other
      const last = first?.isBlock === true || repeatsFirst ? 1 : this.#device.results.length;
      const posted = this.#device.results.slice(0, last);
      const body = Buffer.concat(posted.map((each) => each.body));
      const request = this.#requests.post('devicecmd', 'devicecmd', '', body);
      const reply = await this.#ask(request, this.#expect(request, 'result'), signal);
      if (!reply) return false;
      this.#device.results = this.#device.results.slice(posted.length);
    }
    return true;
  }

  /** §2.8; a reply other than `OK` makes some firmware post the block again every `Delay` seconds (C71). */
  async #postOptions(signal: AbortSignal): Promise<boolean> {
    const body = Buffer.from(infoLines(this.#device).join(','));
    const request = this.#requests.post('cdata', 'cdata/options', '&table=options', body);
    const reply = await this.#ask(request, this.#expect(request, 'ok'), signal);
    if (!reply) return false;
    this.#areOptionsDue = this.#profile.options === 'until-exact-ok' && reply.body.toString() !== 'OK';
    return true;
  }

  /** §5.2: the TFT dialect asks for the time. */
  async #askTime(signal: AbortSignal): Promise<void> {
    const request = this.#requests.get('cdata', 'time', '&type=time');
    const reply = await this.#ask(request, this.#expect(request, 'time'), signal);
    const text = /^Time=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)/.exec(reply?.body.toString() ?? '')?.[1];
    if (text && !this.#keepsOwnClock) this.clock.set(parseWall(text));
  }

  /** Tries a request up to three times; goes offline when none is taken (§3.1). */
  async #ask(
    request: ZktecoRequest,
    expected: Expectation,
    signal: AbortSignal,
    punches?: number,
  ): Promise<RawReply | undefined> {
    let reason = 'stopped';
    for (const pauseMs of TRY_PAUSES_MS) {
      if (punches) this.emit('sent', punches);
      const isUpload = expected.shape === 'counted' || expected.shape === 'photo';
      const seen = await (isUpload ? this.sendThroughFaults(request, signal) : this.send(request, signal));
      if (signal.aborted) return undefined;
      reason = seen.reason;
      const reply = seen.reply;
      if (reply) {
        if (seen.isSound) this.violate(request.operation, replyBreaches(reply, expected));
        const isAccepted = isAcceptedBy(this.#profile, reply, expected);
        this.emit('answer', { operation: request.operation, status: reply.status, body: reply.body, isAccepted });
        if (this.#profile.isFragile && reply.headBytes >= 2048) this.reboot();
        if (isAccepted) return reply;
        if (this.isOnline && reply.body.subarray(0, 40).includes('UNKNOWN DEVICE')) {
          this.#reconnect('the server does not know this terminal');
          return undefined;
        }
        reason = `status ${reply.status}`;
      }
      await this.pause(pauseMs, signal);
    }
    if (!signal.aborted) this.goOffline(reason);
    return undefined;
  }

  #expect(request: ZktecoRequest, shape: Expectation['shape']): Expectation {
    const { operation, closes } = request;
    return { operation, closes, shape, serialNumber: this.serialNumber, isTft: this.#profile.dialect === 'tft' };
  }

  /** §5.1: `Date:` + `TimeZone`, when more than ten seconds off and the headers hold `text/plain`. */
  #syncClock(reply: RawReply): void {
    const zone = this.#configuration?.zoneMinutes;
    const date = Date.parse(exactHeader(reply, 'Date') ?? '');
    const isPlain = reply.headerLines.some((line) => line.includes('text/plain'));
    if (this.#keepsOwnClock || zone === undefined || Number.isNaN(date) || !isPlain) return;
    const wanted = date + zone * 60_000;
    if (Math.abs(wanted - this.clock.now()) <= CLOCK_TOLERANCE_MS) return;
    this.clock.offsetMinutes = zone;
    this.clock.set(wanted);
  }

  #reconnect(reason: string): void {
    this.#mustHandshake = true;
    this.goOffline(reason);
  }

  #ownPollSeconds(): number | undefined {
    const own = this.#profile.ownPollSeconds;
    return own ? this.random.integer(own[0], own[1]) : undefined;
  }

  #pollAfter(seconds: number): void {
    this.#nextPollAt = Date.now() + this.scaled(seconds * 1000);
  }

  #inMinutes(minutes: number): number {
    return minutes === 0 ? Infinity : Date.now() + this.scaled(minutes * 60_000);
  }
}
