import {
  changedFields,
  DEVICE_COMMAND,
  isMissing,
  isOpenStatus,
  isStale,
  modifiedOf,
  orderFields,
  planOrder,
  plainWords,
  readOrder,
  rowStatus,
  siteTime,
  type DeskOrder,
  type DeskSite,
  type Fields,
  type OrderPlan,
  type Row,
} from '@biolistener/erpnext';
import { toInstant, type Instant, type JsonObject, type SerialNumber } from '@biolistener/core';
import { OPEN_COMMAND_STATES, type NewCommand, type Person, type StoredCommand } from '@biolistener/store';
import { Allowances } from './allowances.ts';
import { copiedWordsIn, Copies } from './copies.ts';
import type { DeskContext } from './deps.ts';
import { actorOf, type DeviceSync } from './devices.ts';
import { Heirs, isOpenCommand } from './heirs.ts';
import { OneDocument } from './one-document.ts';
import { done, failed, UNDER_WAY, type Outcome } from './outcome.ts';
import { Seen } from './seen.ts';
import { Pass, type Turn } from './turn.ts';
import type { UserSync } from './users.ts';

/** More commands than one order makes. */
const MOST_OF_ONE = 50;

interface Held {
  readonly row: Row;
  readonly order: DeskOrder;
  /** What Desk is to be told; undefined: it follows from commands or roster. */
  readonly told: Fields | undefined;
  /** Said before what its commands say. */
  readonly note: string | undefined;
  readonly writtenAt: number;
}

/** Biometric Device Command ↔ commands (docs/desk-sync.md). */
export class CommandSync {
  readonly seen = new Seen();
  readonly #telling = new Pass();
  /** Of those that go on. */
  readonly #parts = new Pass();
  readonly #ctx: DeskContext;
  readonly #site: DeskSite;
  readonly #devices: DeviceSync;
  readonly #users: UserSync;
  readonly #open = new Map<string, Held>();
  /** Of these the next part is to be done. */
  readonly #goingOn = new Set<string>();
  readonly #each: OneDocument;
  readonly #heirs: Heirs;
  readonly #allowances: Allowances;
  readonly #copies: Copies;

  constructor(ctx: DeskContext, site: DeskSite, devices: DeviceSync, users: UserSync) {
    this.#ctx = ctx;
    this.#site = site;
    this.#devices = devices;
    this.#users = users;
    this.#each = new OneDocument(ctx, DEVICE_COMMAND);
    this.#heirs = new Heirs(ctx, site);
    this.#allowances = new Allowances(ctx, site, users);
    this.#copies = new Copies(ctx, devices, this.#allowances);
  }

  /** Safe to repeat: an order that has commands, or was taken up, is not carried out again. */
  async apply(row: Row): Promise<void> {
    const order = readOrder(row);
    if (order === undefined) return;
    const isTakenUp = await this.#each.apply(order.name, () => this.#apply(row, order));
    // only now: what breaks off on the way is looked at again
    if (isTakenUp !== false) this.seen.add(row);
  }

  async #apply(row: Row, order: DeskOrder): Promise<boolean> {
    if (!order.isOpen) {
      this.#open.delete(order.name);
      return true;
    }
    const before = this.#open.get(order.name);
    const outcome = await this.#carryOut(order, row);
    if (outcome.kind === 'again') return false;
    const isUnderWay = outcome.kind === 'under-way';
    const commandIds = isUnderWay && outcome.commandIds.length > 0 ? outcome.commandIds : order.commandIds;
    this.#open.set(order.name, {
      row,
      order: { ...order, commandIds },
      told: this.#toldOf(outcome),
      note: (isUnderWay ? outcome.note : undefined) ?? before?.note ?? copiedWordsIn(row['response']),
      writtenAt: before?.writtenAt ?? 0,
    });
    if (outcome.kind === 'going-on') this.#goingOn.add(order.name);
    else this.#stop(order.name);
    return true;
  }

  #toldOf(outcome: Outcome): Fields | undefined {
    if (outcome.kind === 'closed') return this.#closing(outcome.status, outcome.words);
    return outcome.kind === 'going-on' ? { status: 'Processing', response: plainWords(outcome.words) } : undefined;
  }

  /** Deleted in Desk: nobody wants them any more. */
  async keepOnly(names: ReadonlySet<string>): Promise<void> {
    const { store, clock } = this.#ctx;
    for (const name of this.seen.names()) {
      if (names.has(name)) continue;
      this.seen.forget(name);
      this.#open.delete(name);
    }
    const open = await store.listCommands({ origin: 'desk', states: OPEN_COMMAND_STATES, limit: 10_000 });
    const lost = open.filter(({ deskName }) => deskName !== undefined && !names.has(deskName));
    const unwanted = (await this.#heirs.handOver(lost, this.#waiting(), true)).map(({ id }) => id);
    if (unwanted.length > 0) await store.cancelCommands(unwanted, 'desk:deleted', clock.now());
  }

  #waiting(): DeskOrder[] {
    return [...this.#open.values()]
      .filter(({ told }) => told === undefined || isOpenStatus(told['status']))
      .map(({ order }) => order);
  }

  async push(turn: Turn): Promise<boolean> {
    for (const name of this.#each.due()) if (!turn.isOver()) await this.#each.apply(name, () => this.#readAgain(name));
    const isTold = await this.#telling.go(this.#open.keys(), turn, async (name) => {
      const held = this.#open.get(name);
      if (held !== undefined) await this.#each.guard(name, () => this.#tell(held));
    });
    // last: one part of a copy may be longer than a turn
    const goOn = (name: string) => this.#each.guard(name, () => this.#goOn(name));
    return (await this.#parts.go(this.#goingOn, turn, goOn)) && isTold;
  }

  async #goOn(name: string): Promise<void> {
    const held = this.#open.get(name);
    if (held === undefined) this.#stop(name);
    else await this.#apply(held.row, held.order);
  }

  #stop(name: string): void {
    this.#goingOn.delete(name);
    this.#copies.forget(name);
  }

  async #carryOut(order: DeskOrder, row: Row): Promise<Outcome> {
    const { store } = this.#ctx;
    const existing = await this.#commandsOf(order);
    if (order.isCancelRequested) return this.#cancel(order, existing, actorOf(row));
    if (existing.length > 0) return UNDER_WAY;
    const { device } = order;
    if (device !== undefined && !(await this.#devices.ensure(device)))
      return failed('This device is not known. Choose its brand, or let it call once.');
    const terminal = device === undefined ? undefined : await store.findTerminal(device);
    const kinds = terminal === undefined ? [] : (this.#ctx.abilitiesOf(terminal)?.templates ?? []);
    return this.#follow(planOrder(order, kinds), order);
  }

  /** A command that does for somebody else as well goes on for them. */
  async #cancel(order: DeskOrder, existing: readonly StoredCommand[], actor: string): Promise<Outcome> {
    const { store, clock } = this.#ctx;
    const own = existing.filter(({ deskName }) => deskName === order.name);
    const open = own.filter(isOpenCommand);
    const unwanted = (await this.#heirs.handOver(open, this.#waiting(), false)).map(({ id }) => id);
    if (unwanted.length > 0) await store.cancelCommands(unwanted, actor, clock.now());
    if (own.length > 0 && unwanted.length === open.length) return UNDER_WAY;
    return { kind: 'closed', status: 'Closed', words: 'Cancelled.' };
  }

  async #follow(plan: OrderPlan, order: DeskOrder): Promise<Outcome> {
    switch (plan.kind) {
      case 'refused':
        return failed(plan.reason);
      case 'look-again':
        await this.#ctx.store.mark(subjectsOf(order));
        return done('Compared; what is missing is sent.');
      case 'put-there':
        return this.#putThere(order);
      case 'copy':
        return this.#copy(order, plan.to);
      case 'command':
        return this.#queue(order, plan.commands);
    }
  }

  async #putThere({ user, device, name }: DeskOrder): Promise<Outcome> {
    if (user === undefined || device === undefined) return failed('Choose a device and a user.');
    if (this.#open.has(name)) return UNDER_WAY; // allowed there already: the roster is at it
    const objection = await this.#allowances.objection(user, [device]);
    if (objection) return objection;
    const person = await this.#users.ensure(user);
    if (person !== undefined) await this.#ctx.store.mark([`cell:${device}|${person.id}`]);
    return UNDER_WAY;
  }

  async #copy(order: DeskOrder, to: SerialNumber | undefined): Promise<Outcome> {
    const outcome = await this.#copies.carryOut(order, to);
    return outcome.kind === 'read-first' ? this.#readFirst(order, outcome.note) : outcome;
  }

  /** What others lack goes there by itself as soon as it is known: from the device it is read first. */
  async #readFirst(order: DeskOrder, note: string): Promise<Outcome> {
    const terminal = order.device === undefined ? undefined : await this.#ctx.store.findTerminal(order.device);
    const kinds = terminal === undefined ? [] : (this.#ctx.abilitiesOf(terminal)?.templates ?? []);
    const plan = planOrder({ ...order, type: 'Get Enroll Data' }, kinds);
    const outcome =
      plan.kind === 'command' ? await this.#queue(order, plan.commands) : failed('This device cannot be read.');
    if (outcome.kind === 'closed') return { ...outcome, words: `${note} ${outcome.words}` };
    return outcome.kind === 'under-way' ? { ...outcome, note } : outcome;
  }

  async #queue(
    order: DeskOrder,
    wanted: readonly { readonly kind: NewCommand['kind']; readonly parameters: JsonObject }[],
  ): Promise<Outcome> {
    const { store, clock, makeCommand, log } = this.#ctx;
    const { device, user, name } = order;
    if (device === undefined) return failed('Choose a device.');
    const person = user === undefined ? undefined : await this.#users.ensure(user);
    const objection = wanted.some(({ kind }) => kind === 'user.delete') && (await this.#whyNotDelete(device, person));
    if (objection) return failed(objection);
    const askedAt = this.#madeAt(order);
    if (askedAt === undefined && wanted.some(({ kind }) => kind === 'door.open'))
      return failed('Nobody can tell when this was ordered. Order it again.');
    const commands: NewCommand[] = [];
    const refusals: string[] = [];
    for (const { kind, parameters } of wanted) {
      const made = await makeCommand({
        serialNumber: device,
        kind,
        parameters,
        origin: 'desk',
        askedBy: `desk:${order.owner}`,
        deskName: name,
        pin: user,
        mayOpenDoors: order.mayOpenDoors,
        askedAt,
      });
      if (made.kind === 'made') commands.push(made.command);
      else refusals.push(made.detail);
    }
    if (commands.length === 0) return failed([...new Set(refusals)].join(' '));
    const queued = await store.queueCommands(commands, clock.now());
    log.info({ order: name, serialNumber: device, commands: commands.length }, 'commands asked for in Desk');
    return { kind: 'under-way', commandIds: queued.map(({ id }) => id) };
  }

  /** In the hour that comes twice: the first one, so that an order may look too old and never too young. */
  #madeAt({ madeAt }: DeskOrder): Instant | undefined {
    return madeAt && toInstant(madeAt, this.#ctx.site.zone()).instant;
  }

  /** The roster would put the person back, and nobody takes away a terminal's administrator. */
  async #whyNotDelete(device: SerialNumber, person: Person | undefined): Promise<string | undefined> {
    if (person === undefined) return undefined;
    const cell = await this.#ctx.store.findCell(device, person.id);
    if ((cell?.seen?.privilege ?? 0) > 0) return 'This user is an administrator of the device, and stays there.';
    if (cell?.isWanted !== true) return undefined;
    return 'This user is allowed on the device and would come back. Take the device out of the table of the user; that deletes them there.';
  }

  /** Its own, and those of others that an equal one of it was merged into. */
  async #commandsOf({ name, commandIds }: DeskOrder): Promise<StoredCommand[]> {
    const { store } = this.#ctx;
    const own = await store.listCommands({ deskName: name, limit: MOST_OF_ONE });
    const others = commandIds.filter((id) => own.every((each) => each.id !== id));
    const found = await Promise.all(others.map((id) => store.findCommand(id)));
    return [...own, ...found.filter((each) => each !== undefined)];
  }

  async #tell(held: Held): Promise<void> {
    const { clock, pace } = this.#ctx;
    if (held.writtenAt > 0 && clock.now() - held.writtenAt < pace.perDocumentMs) return;
    const fields = held.told ?? withNote(await this.#progress(held.order), held.note);
    const changes = changedFields(held.row, { ...fields, asked_by: held.order.owner });
    if (Object.keys(changes).length === 0) {
      if (!isOpenStatus(held.row['status'])) this.#open.delete(held.order.name);
      return;
    }
    await this.#write(held, changes);
  }

  async #write(held: Held, changes: Fields): Promise<void> {
    const { name } = held.order;
    try {
      const answer = await this.#site.update(DEVICE_COMMAND, name, { ...changes, modified: modifiedOf(held.row) });
      const row = { ...held.row, ...changes, name, modified: modifiedOf(answer) };
      this.seen.add(row);
      if (isOpenStatus(row['status' as keyof typeof row])) {
        this.#open.set(name, { ...held, row, writtenAt: this.#ctx.clock.now() });
      } else this.#open.delete(name);
    } catch (error) {
      if (isMissing(error)) this.#open.delete(name);
      else if (isStale(error)) await this.#readAgain(name);
      else throw error;
    }
  }

  async #readAgain(name: string): Promise<void> {
    const row = await this.#site.find(DEVICE_COMMAND, name);
    if (row === undefined) this.#open.delete(name);
    else await this.apply(row);
  }

  /** Of its commands; without any the roster does it. */
  async #progress(order: DeskOrder): Promise<Fields> {
    const commands = await this.#commandsOf(order);
    const fields = orderFields(commands, this.#ctx.site.zone());
    if (fields !== undefined) return fields;
    const person = order.user === undefined ? undefined : await this.#ctx.store.findPerson(order.user);
    if (person === undefined || order.device === undefined) return this.#closing('Failed', 'This user is not known.');
    const cell = await this.#ctx.store.findCell(order.device, person.id);
    const { state, reason } = rowStatus(cell, true);
    if (cell?.isWanted === false) return this.#closing('Failed', reason ?? 'The user is not wanted on this device.');
    if (state === 'Failed') return this.#closing('Failed', reason ?? 'The device refused.');
    const isTaken = cell?.items.some((item) => item.state === 'accepted') === true;
    const isOpen = cell?.items.some((item) => item.state === 'wanted' || item.state === 'queued') !== false;
    if (state === 'Confirmed') return this.#closing('Success', 'Done, and read back.');
    if (isTaken && !isOpen) return this.#closing('Success', reason ?? 'The device said yes.');
    return { status: 'Processing' };
  }

  #closing(status: 'Success' | 'Failed' | 'Closed', words: string): Fields {
    const { clock, site } = this.#ctx;
    return { status, response: plainWords(words), closed_at: siteTime(clock.now(), site.zone()) };
  }
}

const withNote = (fields: Fields, note: string | undefined): Fields => {
  const said = typeof fields['response'] === 'string' ? ` ${fields['response']}` : '';
  return note === undefined ? fields : { ...fields, response: plainWords(`${note}${said}`) };
};

function subjectsOf({ device, user }: DeskOrder): string[] {
  if (device === undefined) return user === undefined ? [] : [`pin:${user}`];
  return [`terminal:${device}`, ...(user === undefined ? [] : [`pin:${user}`])];
}
