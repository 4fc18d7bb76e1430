import { LateResults } from '../late-results.ts';
import type { PunchRecord } from '../punch-record.ts';
import type { Random } from '../random.ts';
import { TerminalShell, type TerminalOptions } from '../shell.ts';
import type {
  PunchIdentity,
  SimulatedTemplate,
  SimulatedTemplateKind,
  SimulatedTerminal,
  SimulatedUser,
} from '../terminal.ts';
import { EbknDevice } from './device.ts';
import { executeEbknCommand } from './execute.ts';
import {
  logMessage,
  makerOf,
  pollMessage,
  templateFor,
  userMessage,
  wireId,
  wireState,
  wireVerify,
  withCredential,
} from './messages.ts';
import { makeTemplateBytes } from '../synthetic-template.ts';
import { getEbknProfile, type EbknProfile } from './profiles.ts';
import { readCommand, readReply, replyBreaches, type EbknReply } from './reply-rules.ts';
import { EbknRequestWriter, type EbknRequest, type Telling } from './request.ts';

export interface EbknOptions extends TerminalOptions {
  /** Single switches of the profile turned: terminator, block size, header names … */
  readonly overrides?: Partial<Omit<EbknProfile, 'name'>>;
}

/** A simulated EBKN terminal; profiles in `profiles.ts`, default `zfkl101`. */
export function createEbknTerminal(options: EbknOptions): SimulatedTerminal {
  const profile = { ...getEbknProfile(options.profile ?? 'zfkl101'), ...options.overrides };
  return new EbknTerminal(profile, options);
}

/** How the server took a message, so far as firmware tells it apart (§4.6, §4.7). */
type Verdict =
  | { readonly kind: 'ok' | 'reset' | 'refused'; readonly reply: EbknReply }
  /** A 200 without `response_code`: tried again several times per second. */
  | { readonly kind: 'no-code' }
  | { readonly kind: 'no-reply' };

const STEP_MS = 100;
const NO_CODE_MS = 250;
const STORM = 5;
const ENROL_MS = 4000;
const LATE_POLLS = 3;

/** The loop of protocols/ebkn-fkweb.md §4.10. */
class EbknTerminal extends TerminalShell {
  readonly #profile: EbknProfile;
  readonly #device: EbknDevice;
  readonly #requests: EbknRequestWriter;
  /** Results that a restart interrupted: posted again after it. */
  readonly #unposted: Telling[] = [];
  readonly #late = new LateResults<Telling>();
  readonly #sensor: Random;
  #enrolling: { until: number; pin: string; slot: number } | undefined;

  constructor(profile: EbknProfile, options: EbknOptions) {
    super('ebkn', profile.name, options);
    this.#profile = profile;
    this.#device = new EbknDevice(profile, this.clock, options.capacity ?? {});
    for (const user of options.people ?? []) this.#device.people.set(user.pin, user);
    this.#sensor = this.random.fork('templates');
    this.#requests = new EbknRequestWriter(profile, options.serialNumber, options.target);
  }

  enrol(user: SimulatedUser): void {
    this.#device.enrol(this.faults.happens('big-template') ? this.#withBigTemplate(user) : user);
    this.bell.ring();
  }

  enrolTemplate(pin: string, kind: SimulatedTemplateKind, no = 0): SimulatedTemplate {
    const template = { kind, no, data: makeTemplateBytes(makerOf(kind, this.#profile), this.#sensor) };
    const known = this.#device.find(pin) ?? { pin };
    const others = (known.templates ?? []).filter((each) => each.kind !== kind || each.no !== no);
    this.#device.enrol({ ...known, templates: [...others, template] });
    this.bell.ring();
    return template;
  }

  #withBigTemplate(user: SimulatedUser): SimulatedUser {
    const big = { kind: 'face', no: 0, data: this.random.bulk(900_000) } as const;
    return { ...user, templates: [...(user.templates ?? []), big] };
  }

  user(pin: string): SimulatedUser | undefined {
    return this.#device.find(pin);
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
    return this.random.integer(10_000, 30_000);
  }

  protected override identityOf(record: PunchRecord): PunchIdentity {
    return {
      serialNumber: this.serialNumber,
      pin: wireId(record.pin, this.#profile),
      wallTime: record.wallTime,
      state: String(wireState(record.state, this.#profile)),
      verify: String(wireVerify(record.verify, this.#profile)),
    };
  }

  protected async live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#stray(signal);
      const delivered = await this.#deliver(signal);
      if (delivered === 'no-code') {
        await this.pause(NO_CODE_MS, signal);
        continue;
      }
      await this.pause(STEP_MS, signal);
      const restSeconds = delivered === 'no-reply' ? this.#profile.noReplySeconds : await this.#poll(signal);
      this.#finishEnrolment();
      if (restSeconds > 0) await this.#restFor(restSeconds, signal);
      else await this.pause(STEP_MS, signal);
    }
  }

  #stray(signal: AbortSignal): void {
    const [poll] = this.#requests.requestsOf(this.#pollTelling());
    if (poll) this.strayFaults(poll, signal);
  }

  /** Records, then enrolments, then results left from before a restart; a refused head blocks what is behind it. */
  async #deliver(signal: AbortSignal): Promise<Verdict['kind']> {
    const logs = await this.#drain(() => this.#nextLog(signal), signal);
    if (logs === 'no-reply' || logs === 'no-code') return logs;
    const enrolments = await this.#drain(() => this.#nextEnrolment(signal), signal);
    if (enrolments === 'no-reply' || enrolments === 'no-code') return enrolments;
    return this.#drain(() => this.#nextResult(signal), signal);
  }

  /** Repeats a step until there is nothing to do or something is not taken. */
  async #drain(step: () => Promise<Verdict['kind']> | undefined, signal: AbortSignal): Promise<Verdict['kind']> {
    while (!signal.aborted) {
      const verdict = await step();
      if (verdict === undefined) return 'ok';
      if (verdict !== 'ok') return verdict;
      await this.pause(STEP_MS, signal);
    }
    return 'ok';
  }

  #nextLog(signal: AbortSignal): Promise<Verdict['kind']> | undefined {
    if (this.#device.pending > 1 && this.faults.happens('reordered-batches')) this.#device.newestFirst();
    const record = this.#device.head;
    return record ? this.#sendLog(record, signal) : undefined;
  }

  async #sendLog(record: PunchRecord, signal: AbortSignal): Promise<Verdict['kind']> {
    const telling: Telling = {
      requestCode: 'realtime_glog',
      transId: 'RTLogSendAction',
      message: logMessage(record, this.#profile),
    };
    const verdict = await this.#tell(telling, true, signal);
    if (verdict.kind !== 'ok') return verdict.kind;
    this.#device.dropHead();
    this.acknowledge([record]);
    if (!this.faults.happens('record-storm')) return 'ok';
    for (let times = 0; times < STORM; times++) {
      const again = await this.#tell(telling, false, signal);
      if (again.kind === 'ok') this.acknowledge([record]);
    }
    return 'ok';
  }

  #nextEnrolment(signal: AbortSignal): Promise<Verdict['kind']> | undefined {
    const pin = this.#device.enrolled[0];
    return pin === undefined ? undefined : this.#sendEnrolment(pin, signal);
  }

  async #sendEnrolment(pin: string, signal: AbortSignal): Promise<Verdict['kind']> {
    const user = this.#device.people.get(pin) ?? { pin };
    const message = userMessage(user, this.#profile);
    const telling = { requestCode: 'realtime_enroll_data', transId: 'RTEnrollDataAction', message };
    const verdict = await this.#tell(telling, true, signal);
    if (verdict.kind === 'ok') {
      this.#device.enrolled.shift();
      this.tellWhenDrained();
    }
    return verdict.kind;
  }

  #nextResult(signal: AbortSignal): Promise<Verdict['kind']> | undefined {
    const result = this.#unposted[0];
    return result ? this.#sendResult(result, signal) : undefined;
  }

  async #sendResult(result: Telling, signal: AbortSignal): Promise<Verdict['kind']> {
    const verdict = await this.#tell(result, true, signal);
    // Refused for good: an old result must not block the terminal for ever.
    if (verdict.kind === 'ok' || verdict.kind === 'refused') this.#unposted.shift();
    return verdict.kind === 'refused' ? 'ok' : verdict.kind;
  }

  /** Asks for a command and runs it; answers how many seconds to rest, 0 after a command (§4.1). */
  async #poll(signal: AbortSignal): Promise<number> {
    const verdict = await this.#tell(this.#pollTelling(), false, signal);
    this.#unposted.push(...this.#late.polled());
    if (verdict.kind === 'no-code') return NO_CODE_MS / 1000;
    if (verdict.kind === 'no-reply') return this.#profile.noReplySeconds;
    if (verdict.kind !== 'ok' || verdict.reply.commandCode === '') return this.#profile.pollSeconds;
    const { commandCode, transId } = verdict.reply;
    const read = readCommand(verdict.reply, this.#profile);
    const message = typeof read === 'string' ? { json: {}, binaries: [] } : read;
    this.emit('command', { id: transId, text: `${commandCode} ${JSON.stringify(message.json)}` });
    if (this.faults.happens('command-dropped')) return this.#profile.pollSeconds;
    if (this.faults.happens('reboot-mid-command')) {
      this.reboot();
      return 0;
    }
    const result =
      typeof read === 'string'
        ? { code: 'ERROR_INVALID_PARAM' }
        : executeEbknCommand(this.#device, commandCode, message);
    if (!result) return this.#profile.pollSeconds;
    if (result.enrols) this.#enrolling = { ...result.enrols, until: Date.now() + this.scaled(ENROL_MS) };
    if (result.then === 'restart') {
      this.reboot(); // usually no result follows (§5.13)
      return 0;
    }
    this.#queueResult({ requestCode: 'send_cmd_result', transId, message: result.message, returnCode: result.code });
    return 0;
  }

  #queueResult(result: Telling): void {
    if (this.faults.happens('result-never')) return;
    if (this.faults.happens('result-late')) return this.#late.hold(result, LATE_POLLS);
    this.#unposted.push(result);
    if (this.faults.happens('result-twice')) this.#unposted.push(result);
  }

  #pollTelling(): Telling {
    const message = pollMessage(this.#device.name, this.clock.now(), this.#profile);
    return { requestCode: 'receive_cmd', transId: 'ReceiveCommandAction', message };
  }

  /** Sleeps until the next poll, a new record, or the end of an enrolment at the keypad. */
  async #restFor(seconds: number, signal: AbortSignal): Promise<void> {
    const enrolIn = this.#enrolling ? this.#enrolling.until - Date.now() : Infinity;
    await this.bell.wait(Math.min(this.scaled(seconds * 1000), enrolIn), signal);
    this.#finishEnrolment();
  }

  #finishEnrolment(): void {
    const now = this.#enrolling;
    if (!now || Date.now() < now.until) return;
    this.#enrolling = undefined;
    const user = this.#device.find(now.pin) ?? { pin: now.pin };
    const made = templateFor(now.slot, this.#profile, this.#sensor);
    const data = made?.data ?? Buffer.from(String(this.#sensor.integer(100_000, 999_999))); // a password or card
    this.#device.enrol(withCredential(user, now.slot, data));
  }

  /** Sends a message in one request or in blocks; the verdict is that of the last one that was sent. */
  async #tell(telling: Telling, hasFaults: boolean, signal: AbortSignal): Promise<Verdict> {
    const requests = this.#requests.requestsOf(telling);
    let verdict: Verdict = { kind: 'no-reply' };
    for (const request of requests) {
      verdict = await this.#sendBlock(telling, request, hasFaults, signal);
      if (verdict.kind !== 'ok') return verdict;
      const isLast = request.blockNumber === 0;
      if (!isLast && this.faults.happens('power-cut-mid-transfer')) this.reboot();
      if (signal.aborted) return isLast ? verdict : { kind: 'no-reply' };
    }
    const last = requests.at(-1);
    if (last && requests.length > 1 && this.faults.happens('resend-last-block')) {
      await this.#sendBlock(telling, last, false, signal);
    }
    return verdict;
  }

  async #sendBlock(telling: Telling, request: EbknRequest, hasFaults: boolean, signal: AbortSignal): Promise<Verdict> {
    if (request.operation === 'realtime_glog' && request.blockNumber === 0) this.emit('sent', 1);
    const seen = await (hasFaults ? this.sendThroughFaults(request, signal) : this.send(request, signal));
    const raw = seen.reply;
    if (!raw) {
      if (!signal.aborted) this.goOffline(seen.reason);
      return { kind: 'no-reply' };
    }
    const expected = { operation: telling.requestCode, transId: telling.transId, profile: this.#profile };
    if (seen.isSound) this.violate(telling.requestCode, replyBreaches(raw, expected));
    const reply = readReply(raw, this.#profile);
    const verdict = this.#judge(raw.status, reply);
    const isAccepted = verdict.kind === 'ok' || reply.responseCode === 'ERROR_NO_CMD';
    this.emit('answer', { operation: telling.requestCode, status: raw.status, body: raw.body, isAccepted });
    if (verdict.kind === 'reset') this.reboot();
    if (verdict.kind !== 'no-reply') this.goOnline();
    return verdict;
  }

  /** The custom header decides; other statuses than 200 count as no reply (§1.4, Q18). */
  #judge(status: number, reply: EbknReply): Verdict {
    if (status !== 200) return { kind: 'no-reply' };
    if (reply.responseCode === undefined) return { kind: 'no-code' };
    if (reply.responseCode === 'OK') return { kind: 'ok', reply };
    return { kind: reply.responseCode === 'RESET_FK' ? 'reset' : 'refused', reply };
  }
}
