import {
  digestOf,
  type Command,
  type CommandResult,
  type JsonObject,
  type Pin,
  type SerialNumber,
} from '@biolistener/core';
import type { StoredTemplate, StoredUser, Upload } from '@biolistener/store';

/** A template as a terminal keeps it. */
export interface KeptTemplate {
  readonly kind: StoredTemplate['kind'];
  readonly no: number;
  readonly index: number;
  readonly version: string;
  readonly algorithm: string;
  readonly digest: string;
}

export interface KeptUser {
  readonly name: string | undefined;
  readonly privilege: number;
  readonly templates: ReadonlyMap<string, KeptTemplate>;
}

/** How a terminal misbehaves. */
export interface Manners {
  /** Says no, for good. */
  refuses?: (command: Command) => boolean;
  /** Takes commands and never answers. */
  isSilent?: boolean;
  /** Says yes and does nothing. */
  lies?: boolean;
  /** Says nothing about somebody whom it does not have. */
  isShy?: boolean;
  /** Does removals and says something that proves nothing. */
  mumbles?: boolean;
  /** Keeps templates in a form of its own. */
  reencodes?: boolean;
}

/** Which bytes a reference stands for: the listener resolves them, here their digest is enough. */
export type DigestOf = (templateId: string) => Promise<string>;

const slotOf = ({ kind, no, index }: { kind: string; no: number; index: number }): string => `${kind}:${no}:${index}`;

/** A terminal that keeps users and templates, does commands and answers them in what it sends. */
export class ModelTerminal {
  readonly serialNumber: SerialNumber;
  readonly brand: string;
  readonly users = new Map<Pin, KeptUser>();
  readonly manners: Manners = {};
  /** How often each user was deleted. */
  readonly deletions: Pin[] = [];

  constructor(serialNumber: SerialNumber, brand: string) {
    this.serialNumber = serialNumber;
    this.brand = brand;
  }

  /** Somebody enrols at the keypad. Answers what the terminal sends of it. */
  enrol(pin: Pin, finger: number, bytes: string, name = 'X', over: Partial<KeptTemplate> = {}): Partial<Upload> {
    const template: KeptTemplate = {
      kind: 'fingerprint',
      no: finger,
      index: 0,
      version: '10',
      algorithm: 'zk',
      digest: digestOf(bytes),
      ...over,
    };
    const user = this.users.get(pin) ?? { name, privilege: 0, templates: new Map() };
    this.users.set(pin, { ...user, templates: new Map(user.templates).set(slotOf(template), template) });
    return { users: this.#userRows(pin), templates: [storedOf(pin, template)] };
  }

  /** Somebody becomes an administrator at the terminal's menu. Answers what the terminal sends of it. */
  makeAdministrator(pin: Pin, name: string): Partial<Upload> {
    this.users.set(pin, { name, privilege: 14, templates: this.users.get(pin)?.templates ?? new Map() });
    return { users: this.#userRows(pin).map((row) => ({ ...row, extra: { deviceUserId: `0${pin}` } })) };
  }

  async execute(command: Command, digestOfTemplate: DigestOf): Promise<Partial<Upload>> {
    const { refuses, isSilent, lies } = this.manners;
    if (isSilent === true || this.#isStranger(command)) return {};
    if (refuses?.(command) === true) return { results: [resultOf(command, 'failed-for-good', '-12')] };
    if (command.kind === 'template.update' && !this.users.has(command.parameters['pin'] as Pin))
      return { results: [{ ...resultOf(command, 'failed-for-now', '-10'), info: { isUserMissing: true } }] };
    const told = lies === true && !command.kind.endsWith('.query') ? {} : await this.#do(command, digestOfTemplate);
    const isMumbled = this.manners.mumbles === true && command.kind === 'user.delete';
    return { ...told, results: [isMumbled ? resultOf(command, 'unclear', 'Error') : resultOf(command, 'done', '0')] };
  }

  #isStranger({ kind, parameters }: Command): boolean {
    const isAbout = kind === 'user.delete' || kind === 'user.query';
    return this.manners.isShy === true && isAbout && !this.users.has(parameters['pin'] as Pin); // as below
  }

  async #do({ kind, parameters }: Command, digestOfTemplate: DigestOf): Promise<Partial<Upload>> {
    const pin = parameters['pin'] as Pin; // every command here is about somebody
    switch (kind) {
      case 'user.update':
        await this.#putUser(pin, parameters, digestOfTemplate);
        return {};
      case 'user.delete':
        this.users.delete(pin);
        this.deletions.push(pin);
        return {};
      case 'template.update':
        await this.#putTemplate(pin, parameters, digestOfTemplate);
        return {};
      case 'template.delete':
        this.#removeTemplates(pin, parameters);
        return {};
      case 'user.query':
        return {
          users: this.#userRows(pin),
          ...(this.brand !== 'single' ? { templates: this.#templateRows(pin) } : {}),
        };
      case 'template.query':
        return { templates: this.#templateRows(pin) };
      default:
        return {};
    }
  }

  async #putUser(pin: Pin, parameters: JsonObject, digestOfTemplate: DigestOf): Promise<void> {
    const known = this.users.get(pin);
    const name = typeof parameters['name'] === 'string' ? parameters['name'] : known?.name;
    const templates = parameters['isComplete'] === true ? new Map<string, KeptTemplate>() : known?.templates;
    const privilege = parameters['isComplete'] === true ? 0 : (known?.privilege ?? 0);
    this.users.set(pin, { name, privilege, templates: templates ?? new Map() });
    const list = parameters['templates'];
    if (Array.isArray(list))
      for (const each of list) await this.#putTemplate(pin, each as JsonObject, digestOfTemplate);
  }

  async #putTemplate(pin: Pin, parameters: JsonObject, digestOfTemplate: DigestOf): Promise<void> {
    const user = this.users.get(pin);
    if (!user) return;
    const { $template: id } = parameters['data'] as { $template: string }; // as the fake rules write it
    const digest = await digestOfTemplate(id);
    const { kind, no, index, version } = parameters as unknown as KeptTemplate; // likewise
    const kept = this.manners.reencodes === true ? digestOf(`${this.serialNumber}:${digest}`) : digest;
    const template = { kind, no, index, version, algorithm: 'zk', digest: kept };
    this.users.set(pin, { ...user, templates: new Map(user.templates).set(slotOf(template), template) });
  }

  #removeTemplates(pin: Pin, parameters: JsonObject): void {
    const user = this.users.get(pin);
    if (!user) return;
    const left = [...user.templates].filter(
      ([, { kind, no }]) => kind !== parameters['kind'] || no !== parameters['no'],
    );
    this.users.set(pin, { ...user, templates: new Map(left) });
  }

  #userRows(pin: Pin): StoredUser[] {
    const user = this.users.get(pin);
    if (!user) return [];
    return [{ pin, privilege: user.privilege, extra: {}, ...(user.name === undefined ? {} : { name: user.name }) }];
  }

  #templateRows(pin: Pin): StoredTemplate[] {
    return [...(this.users.get(pin)?.templates.values() ?? [])].map((template) => storedOf(pin, template));
  }
}

const resultOf = ({ id }: Command, verdict: CommandResult['verdict'], code: string): CommandResult => ({
  id,
  code,
  verdict,
  info: {},
});

const storedOf = (pin: Pin, template: KeptTemplate): StoredTemplate => ({
  ...template,
  pin,
  isValid: true,
  isDuress: false,
  encoding: 'binary',
  size: 512,
  sealed: { keyId: 'k1', bytes: new TextEncoder().encode(`sealed ${template.digest}`) },
});
