import type { Instant, RosterItemKey } from '@biolistener/core';
import type {
  CommandChange,
  NewCommand,
  RosterCell,
  RosterChange,
  RosterItem,
  StoredCommand,
} from '@biolistener/store';
import type { CommandOf } from './echo.ts';

/** A row while it is being planned. */
export type Row = Omit<RosterItem, 'changedAt' | 'commandId'> & { readonly command: StoredCommand | undefined };

/** What is to be done about one cell; nothing in it: the cell is as it should be. */
export interface CellPlan {
  readonly changes: readonly RosterChange[];
  readonly commands: readonly NewCommand[];
  /** Commands that nobody wants any more, or that are too late to be stopped and are superseded. */
  readonly cancel: readonly string[];
  readonly verify: readonly { readonly id: string; readonly proof: 'read-back' | 'answer' }[];
  readonly refute: readonly CommandChange[];
  /** When to look again although nobody marks it. */
  readonly lookAgainAt?: Instant;
}

export const isOpen = (command: StoredCommand | undefined): boolean =>
  command !== undefined && ['queued', 'leased', 'sent'].includes(command.state);

export const isQuery = (command: Pick<StoredCommand, 'kind'> | undefined): boolean =>
  command?.kind === 'user.query' || command?.kind === 'template.query';

const FRESH = { putDigest: undefined, attempts: 0, reason: undefined, detail: undefined, readBackAt: undefined };

/** The rows of one cell, how they were and how they become, and the commands that go with them. */
export class CellSheet {
  readonly #cell: RosterCell;
  readonly #before: ReadonlyMap<RosterItemKey, RosterItem>;
  readonly #rows = new Map<RosterItemKey, Row>();
  readonly #attached = new Map<RosterItemKey, number>();
  readonly #commands: NewCommand[] = [];
  readonly #cancel = new Set<string>();
  readonly #verify = new Map<string, 'read-back' | 'answer'>();
  readonly #refute = new Map<string, CommandChange>();
  #lookAgainAt: Instant | undefined;

  constructor(cell: RosterCell, commandOf: CommandOf) {
    this.#cell = cell;
    this.#before = new Map(cell.items.map((item) => [item.key, item]));
    for (const item of cell.items) {
      const { commandId } = item;
      this.#rows.set(item.key, {
        ...valuesOf(item),
        command: commandId === undefined ? undefined : commandOf(commandId),
      });
    }
  }

  rows(): readonly Row[] {
    return [...this.#rows.values()];
  }

  get(key: RosterItemKey): Row | undefined {
    return this.#rows.get(key);
  }

  /** Changes a row, or makes one. */
  set(key: RosterItemKey, change: Partial<Omit<Row, 'key'>> & Pick<Row, 'state' | 'wantedDigest'>): void {
    const known = this.#rows.get(key);
    const gone = { reason: undefined, detail: undefined };
    this.#rows.set(key, { ...FRESH, command: undefined, ...known, ...gone, ...change, key });
  }

  drop(key: RosterItemKey): void {
    this.#rows.delete(key);
  }

  /** Adds a command that these rows name from now on. */
  send(command: NewCommand, keys: readonly RosterItemKey[]): void {
    for (const key of keys) this.#attached.set(key, this.#commands.length);
    this.#commands.push(command);
  }

  isAttached(key: RosterItemKey): boolean {
    return this.#attached.has(key);
  }

  cancel(command: StoredCommand | undefined): void {
    if (command && isOpen(command)) this.#cancel.add(command.id);
  }

  verify(id: string, proof: 'read-back' | 'answer'): void {
    this.#verify.set(id, proof);
  }

  refute(change: CommandChange): void {
    this.#refute.set(change.id, change);
  }

  lookAgainAt(at: Instant): void {
    this.#lookAgainAt = Math.min(this.#lookAgainAt ?? at, at);
  }

  finish(): CellPlan {
    return {
      changes: [...this.#removed(), ...this.#changed()],
      commands: this.#commands,
      cancel: [...this.#cancel],
      verify: [...this.#verify].map(([id, proof]) => ({ id, proof })),
      refute: [...this.#refute.values()],
      ...(this.#lookAgainAt === undefined ? {} : { lookAgainAt: this.#lookAgainAt }),
    };
  }

  #removed(): RosterChange[] {
    const gone = [...this.#before.keys()].filter((key) => !this.#rows.has(key));
    return gone.map((key) => ({ ...this.#where(key), item: undefined }));
  }

  #changed(): RosterChange[] {
    return this.rows().flatMap((row): RosterChange[] => {
      const { key, ...item } = valuesOf(row);
      const index = this.#attached.get(key);
      if (index !== undefined) return [{ ...this.#where(key), item, command: index }];
      return isSame(item, this.#before.get(key)) ? [] : [{ ...this.#where(key), item }];
    });
  }

  #where(key: RosterItemKey): Pick<RosterChange, 'personId' | 'serialNumber' | 'key'> {
    return { personId: this.#cell.person.id, serialNumber: this.#cell.terminal.serialNumber, key };
  }
}

type Values = Omit<Row, 'command'>;

const valuesOf = (row: Values): Values => {
  const { key, state, wantedDigest, putDigest, attempts, reason, detail, readBackAt } = row;
  return { key, state, wantedDigest, putDigest, attempts, reason, detail, readBackAt };
};

const COMPARED = ['state', 'wantedDigest', 'putDigest', 'attempts', 'reason', 'detail', 'readBackAt'] as const;

const isSame = (item: Omit<Values, 'key'>, before: RosterItem | undefined): boolean =>
  before !== undefined && COMPARED.every((field) => item[field] === before[field]);
