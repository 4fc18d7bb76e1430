import type { Json, JsonRecord } from './event-log.ts';
import type { BioStarSwitches } from './switches.ts';

/** The answer to a call before it is put into an envelope. */
export interface Reply {
  readonly code: string;
  readonly body?: JsonRecord;
}

export const ok = (body: JsonRecord = {}): Reply => ({ code: '0', body });
export const refusal = (code: string): Reply => ({ code });

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const record = (value: unknown): JsonRecord => (isRecord(value) ? value : {});
const list = (value: unknown): JsonRecord[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** Users, groups and cards: what administrators of the server see. */
export class Directory {
  readonly users = new Map<string, JsonRecord>();
  readonly groups = new Map<string, string>([['1', 'All Users']]);
  readonly accessGroups = new Map<string, string>([['3', 'Staff']]);
  readonly cards = new Map<string, JsonRecord>();
  readonly blacklist = new Set<string>();
  readonly #switches: BioStarSwitches;
  #nextCard = 70;

  constructor(switches: BioStarSwitches) {
    this.#switches = switches;
  }

  listUsers(limit: number, offset: number): Reply {
    const all = [...this.users.values()];
    const rows = all.slice(offset, offset + limit).map((user) => ({
      user_id: user['user_id'] ?? '',
      name: user['name'] ?? '',
      card_count: String(list(user['cards']).length),
      fingerprint_count: String(list(user['fingerprint_templates']).length),
      disabled: user['disabled'] ?? 'false',
    }));
    return ok({ UserCollection: { total: String(all.length), rows } });
  }

  getUser(id: string): Reply {
    const user = this.users.get(id);
    return user ? ok({ User: { ...user, pin: null, pin_exists: String('pin' in user) } }) : refusal('201');
  }

  nextUserId(): Reply {
    const numbers = [...this.users.keys()].map(Number).filter(Number.isSafeInteger);
    return ok({ User: { user_id: String(Math.max(0, ...numbers) + 1) } });
  }

  createUser(body: unknown): Reply {
    const user = record(record(body)['User']);
    const id = text(user['user_id']);
    if (id === '' || id === '0' || /\s/.test(id)) return refusal('65536');
    if (user['start_datetime'] === undefined || user['expiry_datetime'] === undefined) return refusal('65536');
    if (this.users.has(id)) return refusal('65642');
    const problem = this.#referenceProblem(user);
    if (problem) return problem;
    this.users.set(id, this.#resolved(user));
    return ok({ User: { user_id: id } });
  }

  /** What is named replaces what stood there; what is not named stays (§3.1). */
  changeUser(id: string, body: unknown): Reply {
    const user = record(record(body)['User']);
    const known = this.users.get(id);
    if (!known) return refusal('201');
    const problem = this.#referenceProblem(user);
    if (problem) return problem;
    this.users.set(id, { ...known, ...this.#resolved(user) });
    return ok();
  }

  /** Too many at once fail as a whole; one that is missing is told, and those before it are gone. */
  deleteUsers(ids: readonly string[]): Reply {
    if (ids.length > this.#switches.deleteLimit) return refusal('65536');
    for (const id of ids) if (!this.users.delete(id)) return refusal('201');
    return ok();
  }

  addGroup(body: unknown): Reply {
    const name = text(record(record(body)['UserGroup'])['name']);
    if ([...this.groups.values()].includes(name)) return refusal('65646');
    const id = String(1000 + this.groups.size);
    this.groups.set(id, name);
    return ok({ UserGroup: { id } });
  }

  listGroups(groups: ReadonlyMap<string, string>, collection: string): Reply {
    return ok({ [collection]: { rows: [...groups].map(([id, name]) => ({ id, name })) } });
  }

  createCards(body: unknown): Reply {
    const rows = list(record(record(body)['CardCollection'])['rows']).map((card) => {
      const id = String(++this.#nextCard);
      const stored = { ...card, id, card_id: text(card['card_id']) };
      this.cards.set(id, stored);
      return { id, card_id: stored.card_id };
    });
    return ok({ CardCollection: { rows } });
  }

  listCards(): Reply {
    return ok({ CardCollection: { total: String(this.cards.size), rows: [...this.cards.values()] } });
  }

  block(body: unknown): Reply {
    const id = text(record(record(record(body)['Blacklist'])['card_id'])['id']);
    if (!this.cards.has(id)) return refusal('65717');
    this.blacklist.add(id);
    return ok();
  }

  #referenceProblem(user: JsonRecord): Reply | undefined {
    const group = user['user_group_id'];
    const isGroupGone = group !== undefined && !this.groups.has(text(record(group)['id']));
    const isAccessGone = list(user['access_groups']).some((each) => !this.accessGroups.has(text(each['id'])));
    const isCardGone = list(user['cards']).some((card) => !this.cards.has(text(card['id'])));
    return isGroupGone || isAccessGone || isCardGone ? refusal('65717') : undefined;
  }

  /** Cards are shown with their numbers. */
  #resolved(user: JsonRecord): JsonRecord {
    if (user['cards'] === undefined) return user;
    const cards: Json = list(user['cards']).map((card) => this.cards.get(text(card['id'])) ?? card);
    return { ...user, cards };
  }
}
