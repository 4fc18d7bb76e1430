import { asSerialNumber, digestOf, type SerialNumber, type Terminal } from '@biolistener/core';
import {
  changedFields,
  decideBrand,
  decideDevice,
  decisionText,
  deskBrandOf,
  DEVICE,
  deviceFields,
  isCalled,
  isMissing,
  isOnlineAt,
  isStale,
  modifiedOf,
  nameOf,
  readDevice,
  siteTime,
  withEmptied,
  type DeskSite,
  type DeviceDecision,
  type Fields,
  type Row,
} from '@biolistener/erpnext';
import { OPEN_COMMAND_STATES } from '@biolistener/store';
import { Baselines } from './baselines.ts';
import type { DeskContext } from './deps.ts';
import { Introductions } from './introductions.ts';
import { OneDocument } from './one-document.ts';
import type { DeskSecrets, SecretTrouble } from './secrets.ts';
import { Seen } from './seen.ts';
import { Pass, type Turn } from './turn.ts';

interface Held {
  readonly row: Row;
  readonly decision: DeviceDecision;
  readonly writtenAt: number;
  readonly lazyAt: number;
}

/** What is known of all terminals in one turn. */
interface Look {
  readonly terminals: ReadonlyMap<string, Terminal>;
  readonly waiting: ReadonlySet<string>;
  readonly failed: ReadonlyMap<string, number>;
  readonly troubles: ReadonlyMap<string, string>;
}

/** Biometric Device ↔ terminals (docs/desk-sync.md). */
export class DeviceSync {
  readonly seen = new Seen();
  readonly #ctx: DeskContext;
  readonly #site: DeskSite;
  readonly #held = new Map<string, Held>();
  readonly #each: OneDocument;
  readonly #secrets: DeskSecrets;
  readonly #problems = new Map<string, string>();
  readonly #keyProblems = new Map<string, SecretTrouble>();
  readonly #baselines: Baselines;
  readonly #introductions: Introductions;
  readonly #pass = new Pass();
  #lookedAt = 0;
  #failed: { readonly at: number; readonly items: ReadonlyMap<string, number> } = { at: 0, items: new Map() };

  constructor(ctx: DeskContext, site: DeskSite, secrets: DeskSecrets) {
    this.#ctx = ctx;
    this.#site = site;
    this.#secrets = secrets;
    this.#each = new OneDocument(ctx, DEVICE);
    this.#baselines = new Baselines(ctx);
    this.#introductions = new Introductions(ctx, site, this.#baselines, this);
  }

  /** What a row of Desk decides is put into force, when it is not so yet. */
  async apply(row: Row): Promise<void> {
    const decision = readDevice(row);
    if (decision === undefined) return;
    await this.#each.apply(decision.serialNumber, () => this.#apply(row, decision));
    this.seen.add(row);
  }

  async #apply(row: Row, decision: DeviceDecision): Promise<void> {
    const { serialNumber } = decision;
    const text = decisionText(decision);
    const baseline = await this.#baselines.of(serialNumber);
    const isNews = baseline !== text;
    const said = withEmptied(decision, baseline);
    await this.#enforce(said, await this.#ctx.store.findTerminal(serialNumber), isNews, actorOf(row));
    if (isNews) await this.#baselines.set(serialNumber, text);
    const before = this.#held.get(serialNumber);
    this.#held.set(serialNumber, { row, decision, writtenAt: before?.writtenAt ?? 0, lazyAt: before?.lazyAt ?? 0 });
    await this.#takeKey(row, decision); // last: whatever becomes of it, the document stands in Desk
  }

  /** Whether a row says something else than what is held: a rename, of a branch say, rewrites links and is no save. */
  isOther(row: Row): boolean {
    const [held, decision] = [this.#held.get(nameOf(row))?.decision, readDevice(row)];
    return held !== undefined && decision !== undefined && decisionText(decision) !== decisionText(held);
  }

  /** Whether it stands in Desk. */
  has(serialNumber: SerialNumber): boolean {
    return this.#held.has(serialNumber);
  }

  async #takeKey(row: Row, { serialNumber }: DeviceDecision): Promise<void> {
    const terminal = await this.#ctx.store.findTerminal(serialNumber);
    const problem = isCalled(terminal?.brand)
      ? await this.#secrets.commKey(row, serialNumber, actorOf(row))
      : undefined;
    if (problem === undefined) this.#keyProblems.delete(serialNumber);
    else this.#keyProblems.set(serialNumber, problem);
  }

  /** Makes sure that the terminal of a document is known, whatever order things were announced in. */
  async ensure(serialNumber: SerialNumber): Promise<boolean> {
    if (await this.#ctx.store.findTerminal(serialNumber)) return true;
    const row = await this.#site.find(DEVICE, serialNumber);
    if (row !== undefined) await this.apply(row);
    return (await this.#ctx.store.findTerminal(serialNumber)) !== undefined;
  }

  /** How many that stood in Desk are not among these. */
  async missing(names: ReadonlySet<string>): Promise<number> {
    return (await this.#gone(names)).length;
  }

  /** Deleted in Desk: the terminal goes on as it is, and Desk does not get it back by itself. */
  async keepOnly(names: ReadonlySet<string>): Promise<void> {
    this.#introductions.tryAgain();
    const seen = this.seen.names().filter((name) => !names.has(name));
    for (const name of new Set([...seen, ...(await this.#gone(names))])) await this.#release(name);
  }

  async #gone(names: ReadonlySet<string>): Promise<string[]> {
    const gone: string[] = [];
    for (const { serialNumber } of await this.#ctx.store.allTerminals())
      if (!names.has(serialNumber) && (await this.#baselines.isManaged(serialNumber))) gone.push(serialNumber);
    return gone;
  }

  /** What changed elsewhere goes back to what Desk says; what the service knows is told to Desk. */
  async push(turn: Turn): Promise<boolean> {
    if (!this.#pass.isUnderWay() && !this.#begins()) return true;
    for (const name of this.#each.due())
      if (!turn.isOver()) await this.#each.apply(name, () => this.#readAgain(asSerialNumber(name)));
    const look = await this.#look();
    const isDone = await this.#pass.go(look.terminals.keys(), turn, (serialNumber) => this.#lookAt(serialNumber, look));
    if (!isDone) return false;
    await this.#tellUnknown(look.terminals, turn);
    await this.#introductions.make([...look.terminals.values()], turn);
    return true;
  }

  #begins(): boolean {
    const now = this.#ctx.clock.now();
    if (now - this.#lookedAt < this.#ctx.pace.devicesMs) return false;
    this.#lookedAt = now;
    return true;
  }

  async #look(): Promise<Look> {
    const { store, clock, troubles } = this.#ctx;
    const terminals = new Map((await store.allTerminals()).map((each) => [each.serialNumber as string, each]));
    const waiting = new Set<string>(await store.terminalsWithCommands(clock.now()));
    return { terminals, waiting, failed: await this.#failedItems(), troubles: troubles?.() ?? new Map() };
  }

  async #lookAt(name: string, { terminals, waiting, failed, troubles }: Look): Promise<void> {
    const [terminal, held] = [terminals.get(name), this.#held.get(name)];
    if (terminal === undefined || held === undefined) return;
    if ((this.#keyProblems.get(name)?.againAt ?? Infinity) <= this.#ctx.clock.now())
      await this.#each.apply(name, () => this.#takeKey(held.row, held.decision));
    await this.#each.guard(name, async () => {
      if (await this.#enforce(held.decision, terminal, false, 'desk')) return; // told with the next look
      const refused = failed.get(name) ?? 0;
      await this.#tell(held, terminal, await this.#openCommands(held, waiting), [
        this.#problems.get(name),
        this.#keyProblems.get(name)?.words,
        troubles.get(name),
        refused === 0 ? undefined : `${refused} records could not be put on this device; its users say why.`,
      ]);
    });
  }

  /** Documents that became no terminal say what they lack. */
  async #tellUnknown(known: ReadonlyMap<string, Terminal>, turn: Turn): Promise<void> {
    let told = 0;
    for (const held of [...this.#held.values()]) {
      const { serialNumber } = held.decision;
      const changes = changedFields(held.row, { last_error: this.#problems.get(serialNumber) ?? null });
      if (known.has(serialNumber) || Object.keys(changes).length === 0) continue;
      if (told > 0 && turn.isOver()) return;
      await this.#each.guard(serialNumber, () => this.#write(held, changes));
      told += 1;
    }
  }

  async #enforce(
    decision: DeviceDecision,
    terminal: Terminal | undefined,
    isNews: boolean,
    actor: string,
  ): Promise<boolean> {
    const { serialNumber, brand, problem } = decision;
    const isUnknown = terminal === undefined && brand === undefined;
    const trouble =
      problem ?? (isUnknown ? 'Choose the brand, so that the device is known before it calls.' : undefined);
    if (trouble === undefined) this.#problems.delete(serialNumber);
    else this.#problems.set(serialNumber, trouble);
    const change = decideDevice(decision, terminal, isNews);
    const otherBrand = decideBrand(decision, terminal, isNews);
    if (isUnknown || (change === undefined && otherBrand === undefined)) return false;
    await this.#ctx.store.changeTerminal(serialNumber, change ?? {}, actor, otherBrand);
    this.#ctx.log.info({ serialNumber, status: change?.status, brand: otherBrand }, 'terminal changed by Desk');
    return true;
  }

  /** `errors`: what a person must know, the most important first. */
  async #tell(
    held: Held,
    terminal: Terminal,
    pendingCommands: number,
    errors: readonly (string | undefined)[],
  ): Promise<void> {
    const { clock, site, pace, abilitiesOf } = this.#ctx;
    const now = clock.now();
    if (now - held.writtenAt < pace.perDocumentMs) return;
    const fields = deviceFields(
      {
        terminal,
        isOnline: isOnlineAt(terminal, now, pace.onlineWithinMs),
        pendingCommands,
        lastError: errors.find((error) => error !== undefined),
        abilities: abilitiesOf(terminal),
      },
      site.zone(),
    );
    const brand = held.decision.brand ?? deskBrandOf(terminal);
    const lazy = changedFields(held.row, fields.lazy);
    const changes = changedFields(held.row, { ...fields.urgent, ...(brand === undefined ? {} : { brand }) });
    const isLazyDue = Object.keys(lazy).length > 0 && now - held.lazyAt >= pace.lazyMs;
    if (Object.keys(changes).length > 0 || isLazyDue) await this.#write(held, { ...changes, ...lazy });
  }

  async #write(held: Held, changes: Fields): Promise<void> {
    const { clock, site } = this.#ctx;
    const { serialNumber } = held.decision;
    const now = clock.now();
    const revision = digestOf(JSON.stringify(changes)).slice(0, 12);
    const told = { ...changes, synced_at: siteTime(now, site.zone()), revision };
    try {
      const answer = await this.#site.update(DEVICE, serialNumber, { ...told, modified: modifiedOf(held.row) });
      const row = { ...held.row, ...told, name: serialNumber, modified: modifiedOf(answer) };
      this.seen.add(row);
      const decision = readDevice(row) ?? held.decision;
      const text = decisionText(decision);
      // what we filled in ourselves is no decision of a person
      if (text !== decisionText(held.decision)) await this.#baselines.set(serialNumber, text);
      this.#held.set(serialNumber, { ...held, row, decision, writtenAt: now, lazyAt: now });
    } catch (error) {
      if (isStale(error)) return this.#readAgain(serialNumber);
      if (isMissing(error)) return this.#release(serialNumber);
      throw error;
    }
  }

  /** A person saved it meanwhile: what they said first, ours with the next look. */
  async #readAgain(serialNumber: SerialNumber): Promise<void> {
    const row = await this.#site.find(DEVICE, serialNumber);
    if (row === undefined) await this.#release(serialNumber);
    else await this.apply(row);
  }

  async #openCommands({ row, decision }: Held, waiting: ReadonlySet<string>): Promise<number> {
    const { serialNumber } = decision;
    if (!waiting.has(serialNumber) && Number(row['pending_commands'] ?? 0) === 0) return 0;
    const byState = await this.#ctx.store.countCommands(serialNumber);
    return OPEN_COMMAND_STATES.reduce((sum, state) => sum + byState[state], 0);
  }

  /** Counted over all persons and terminals, so not with every look. */
  async #failedItems(): Promise<ReadonlyMap<string, number>> {
    const { store, clock, pace } = this.#ctx;
    if (clock.now() - this.#failed.at < 12 * pace.devicesMs) return this.#failed.items;
    const summaries = await store.rosterSummary({});
    const items = new Map(summaries.map(({ serialNumber, byState }) => [serialNumber, byState.failed]));
    this.#failed = { at: clock.now(), items };
    return items;
  }

  async #release(serialNumber: string): Promise<void> {
    await this.#baselines.release(asSerialNumber(serialNumber));
    this.#held.delete(serialNumber);
    this.#problems.delete(serialNumber);
    this.#keyProblems.delete(serialNumber);
    this.seen.forget(serialNumber);
    this.#ctx.log.warn({ serialNumber }, 'deleted in Desk; the terminal goes on as it is');
  }
}

export const actorOf = (row: Row): string =>
  `desk:${typeof row['modified_by'] === 'string' && row['modified_by'] !== '' ? row['modified_by'] : 'unknown'}`;
