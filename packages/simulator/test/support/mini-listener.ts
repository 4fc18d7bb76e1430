import type {
  Command,
  CommandKind,
  CommandResult,
  Json,
  JsonObject,
  Photo,
  Template,
  TerminalUser,
} from '@biolistener/core';
import type { Brand, Decoded, Encoded, OpenTransfer, TerminalView, WireInput, WireOutput } from '@biolistener/wire';
import { FakeServer, type FakeReply, type SeenRequest } from './fake-server.ts';

/** Bytes that commands name by reference, by id. */
export interface Secrets {
  readonly templates: Map<string, Template>;
  readonly photos: Map<string, Uint8Array>;
  readonly passwords: Map<string, string>;
}

/** A poll with news in it is no idle one, and still fetches commands. */
const POLLS: ReadonlySet<string> = new Set(['getrequest', 'receive_cmd']);

const base64 = (data: Uint8Array): string => Buffer.from(data).toString('base64');

/** Puts secrets where a command names them: templates as base64 text, whichever way they came. */
function resolve(value: Json, secrets: Secrets): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((each) => resolve(each, secrets)); // an array of Json
  if (typeof value !== 'object' || value === null) return value;
  const { $template, $photo, $password } = value as JsonObject; // neither array nor null: an object
  if (typeof $template === 'string') {
    const template = secrets.templates.get($template);
    if (!template) throw new Error(`no template ${$template}`);
    return template.encoding === 'base64' ? Buffer.from(template.data).toString('latin1') : base64(template.data);
  }
  if (typeof $photo === 'string') return base64(secrets.photos.get($photo) ?? new Uint8Array());
  if (typeof $password === 'string') return secrets.passwords.get($password) ?? '';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner, secrets)]));
}

/** A listener of one terminal, in memory: identifies, decodes, keeps, gives out commands, answers. */
export class MiniListener extends FakeServer {
  readonly secrets: Secrets = { templates: new Map(), photos: new Map(), passwords: new Map() };
  readonly users: TerminalUser[] = [];
  readonly templates: Template[] = [];
  readonly photos: Photo[] = [];
  readonly results: CommandResult[] = [];
  readonly refused: Extract<Encoded, { kind: 'refused' }>[] = [];
  readonly decoded: Decoded[] = [];
  profile: JsonObject = {};
  options: JsonObject = {};
  readonly #brand: Brand;
  readonly #queue: Command[] = [];
  readonly #words = new Map<string, string>();
  readonly #transfers = new Map<string, OpenTransfer>();
  readonly #stamps: Record<string, string> = {};
  #lastId = 0;

  constructor(brand: Brand) {
    super((request) => this.#serve(request));
    this.#brand = brand;
  }

  get view(): TerminalView {
    const { profile, options } = this;
    const serialNumber = 'TST9000000001' as TerminalView['serialNumber']; // the only one that comes here
    return { serialNumber, zone: 'UTC', profile, options, stamps: this.#stamps };
  }

  queue(kind: CommandKind, parameters: JsonObject = {}): string {
    const id = String(++this.#lastId);
    this.#queue.push({ id, kind, parameters });
    return id;
  }

  resultOf(id: string): CommandResult | undefined {
    // records that come for a query say nothing of its end
    return this.results.find((each) => each.id === id && each.code !== 'querydata');
  }

  /** Resolves when each of them was answered. */
  answered(ids: readonly string[]): Promise<void> {
    return this.until(() => ids.every((id) => this.resultOf(id) !== undefined || this.#isRefused(id)));
  }

  #isRefused(id: string): boolean {
    return this.refused.some((each) => each.id === id);
  }

  #serve(request: SeenRequest): FakeReply {
    const input = inputOf(request);
    const identity = this.#brand.identify(input);
    const now = Date.now();
    const ctx = { now, terminal: this.view, wordOf: (id: string) => this.#words.get(id) };
    const transfer = identity.transferKey === undefined ? undefined : this.#transfers.get(identity.transferKey);
    const decoded = this.#brand.decode(input, { ...ctx, ...(transfer ? { transfer } : {}) });
    this.#commit(decoded, now);
    const commands = POLLS.has(identity.operation) ? this.#take() : [];
    const outcome = { kind: 'committed', decoded, commands } as const;
    return replyOf(this.#brand.answer(outcome, { input, identity, now, terminal: this.view }), request);
  }

  #take(): Encoded[] {
    const taken = this.#queue.splice(0, this.#brand.commandsPerPoll ?? 1);
    const encoded = taken.map((command) => {
      const parameters = resolve(command.parameters, this.secrets) as JsonObject; // an object stays one
      return this.#brand.encode({ ...command, parameters }, { now: Date.now(), terminal: this.view });
    });
    for (const each of encoded) {
      if (each.kind === 'encoded') this.#words.set(each.id, each.word);
      else this.refused.push(each);
    }
    return encoded;
  }

  #commit(decoded: Decoded, now: number): void {
    this.decoded.push(decoded);
    const { transfer: step, facts } = decoded;
    if (step?.kind === 'put') this.#transfers.set(step.transfer.key, { ...step.transfer, touchedAt: now });
    if (step?.kind === 'drop') this.#transfers.delete(step.key);
    this.profile = { ...this.profile, ...facts.profile };
    Object.assign(this.#stamps, facts.stamps);
    for (const event of decoded.events) {
      if (event.kind === 'user') this.users.push(event.user);
      if (event.kind === 'template') this.templates.push(event.template);
      if (event.kind === 'photo') this.photos.push(event.photo);
      if (event.kind === 'command-result') this.results.push(event.result);
    }
  }
}

function inputOf(request: SeenRequest): WireInput {
  const headers = request.headers.flatMap((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const { method, target, body } = request;
  return { method, target, httpVersion: request.version.slice(5), headers, remoteAddress: '127.0.0.1', body };
}

function replyOf(output: WireOutput, request: SeenRequest): FakeReply {
  const lines = [`HTTP/1.1 ${output.status} ${output.status === 200 ? 'OK' : 'Not OK'}`];
  for (let at = 0; at + 1 < output.headers.length; at += 2) {
    lines.push(`${output.headers[at] ?? ''}: ${output.headers[at + 1] ?? ''}`);
  }
  const close = request.version === 'HTTP/1.0' || output.headers.includes('close');
  return { bytes: Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), output.body]), close };
}
