import type { Settings } from '@biolistener/config';
import type { ParkedItem, ParkReason, Store, Target } from '@biolistener/store';
import { existsSync } from 'node:fs';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { counted, print, printable } from '../output.ts';
import { parseLimit } from '../parse/device-options.ts';
import { getPunch, looksLikePunch, pieceNumber } from '../parse/ids.ts';
import { actorHere } from '../services/actor.ts';
import { confirm } from '../services/confirm.ts';
import { getTerminal } from '../services/terminals.ts';
import { activeTarget, withStore } from '../services/with-store.ts';
import { safeText } from '../views/delivery.ts';
import {
  parkedPunchJson,
  parkedText,
  pieceId,
  pieceJson,
  pieceText,
  type ParkedPunch,
  type ParkedView,
  type PieceContent,
} from '../views/parked.ts';
import { isParkReason, PARK_REASONS, todoOf } from '../views/reasons.ts';
import { checkReason } from './park-reason.ts';
import { showPunch, withDelivery } from './punch.ts';

interface Json {
  readonly json?: boolean;
}

export interface ListOptions extends Json {
  readonly serial?: string;
  readonly reason?: string;
  readonly kind?: string;
  readonly limit?: string;
}

/** Both kinds of what needs a person: punches that ERPNext did not take, and pieces that could not be read. */
export async function listParked(options: ListOptions): Promise<void> {
  await withStore(async ({ store }) => {
    const limit = parseLimit(options.limit ?? '50');
    await checkReason(options.reason, () => openPieces(store, {}));
    const serialNumber =
      options.serial === undefined ? undefined : (await getTerminal(store, options.serial)).serialNumber;
    const fits = (one: { readonly reason: string | undefined }): boolean =>
      options.reason === undefined || one.reason === options.reason;
    const ofTerminal = serialNumber === undefined ? {} : { serialNumber };
    const punches =
      options.kind === 'pieces' ? [] : (await parkedPunches(store, ofTerminal)).filter((one) => fits(one.delivery));
    const pieces = options.kind === 'punches' ? [] : (await openPieces(store, ofTerminal)).filter(fits);
    const view = await viewOf(punches, pieces);
    const shown = { ...view, punches: punches.slice(0, limit), pieces: pieces.slice(0, limit) };
    print(
      options,
      { punches: shown.punches.map(parkedPunchJson), pieces: shown.pieces.map(pieceJson), reasons: view.reasons },
      () => parkedText(shown, Date.now()),
    );
  });
}

/** Of each kind; the counts by reason are of these. */
const MOST = 10_000;

type OfTerminal = Pick<Parameters<Store['listPunches']>[0], 'serialNumber'>;

async function parkedPunches(store: Store, ofTerminal: OfTerminal): Promise<ParkedPunch[]> {
  const target = await activeTarget(store);
  if (!target) return [];
  const punches = await store.listPunches({ ...ofTerminal, targetId: target.id, states: ['parked'], limit: MOST });
  const lines = await withDelivery(store, target, punches);
  return lines.flatMap(({ punch, delivery }) => (delivery?.state === 'parked' ? [{ punch, delivery }] : []));
}

async function openPieces(store: Store, ofTerminal: OfTerminal): Promise<ParkedItem[]> {
  const states = ['parked', 'retry'] as const;
  const lists = await Promise.all(states.map((state) => store.listParked({ ...ofTerminal, state, limit: MOST })));
  return lists.flat().toSorted((a, b) => b.id - a.id);
}

async function viewOf(punches: readonly ParkedPunch[], pieces: readonly ParkedItem[]): Promise<ParkedView> {
  const counts = new Map<string, number>();
  for (const reason of [...punches.map((one) => one.delivery.reason ?? 'internal'), ...pieces.map((one) => one.reason)])
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = await Promise.all(
    [...counts].map(async ([reason, count]) => ({ reason, count, todo: await todoOf(reason) })),
  );
  return { punches, pieces, reasons: reasons.toSorted((a, b) => b.count - a.count) };
}

export async function showParked(id: string, options: Json): Promise<void> {
  const piece = await withStore(async ({ store, settings }) => {
    const item = await findPiece(store, id);
    if (!item) return undefined;
    return { item, content: await contentOf(item, settings), todo: await todoOf(item.reason) };
  });
  if (!piece) return showPunch(id, options);
  const { item, content, todo } = piece;
  print(options, { ...pieceJson(item), text: content.text ?? null, whyNotShown: content.why ?? null, todo }, () =>
    pieceText(item, content, todo),
  );
}

/** A number that names no piece may still be the first digits of a punch. */
async function findPiece(store: Store, id: string): Promise<ParkedItem | undefined> {
  const number = pieceNumber(id);
  const item = number === undefined ? undefined : await store.findParked(number);
  if (!item && number !== undefined && !looksLikePunch(id))
    throw new CommandFailure(`no parked piece #${number}`, EXIT.notFound, '`biolistener parked list` shows them.');
  return item;
}

/** Bytes are shown only where the brand is sure that they hold neither biometrics nor passwords. */
async function contentOf(item: ParkedItem, settings: Settings): Promise<PieceContent> {
  if (item.isSensitive)
    return { text: undefined, why: 'Its bytes are not shown: they may hold biometrics, passwords or keys.' };
  const { openVault, pathIn } = await import('../services/site.ts');
  const file = settings.keyFile ?? pathIn(settings, 'keys', 'master.key');
  if (settings.masterKey === undefined && !existsSync(file))
    return { text: undefined, why: `Its bytes are sealed, and there is no key file at ${file}.` };
  return { text: safeText(openVault(settings).open('parked', item.sealed)), why: undefined };
}

export interface RetryOptions extends Json {
  readonly reason?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
}

interface Chosen {
  readonly punches: readonly ParkedPunch[];
  readonly pieces: readonly ParkedItem[];
  /** Set when reasons chose the punches, not ids. */
  readonly reasons?: readonly ParkReason[];
}

const AUTOMATIC = Object.keys(PARK_REASONS).filter(
  (reason) => isParkReason(reason) && PARK_REASONS[reason].isAutomatic,
);

/** Tries again: punches are sent, pieces are read. What goes only by name is asked for. */
export async function retryParked(ids: readonly string[], options: RetryOptions): Promise<void> {
  await withStore(async ({ store }) => {
    const target = await activeTarget(store);
    const chosen = await chosenFor(store, ids, options);
    const doubtful = chosen.punches.filter((one) => !isAutomatic(one.delivery.reason));
    if (doubtful.length > 0) await confirm(doubtText(doubtful), options);
    const actor = actorHere();
    const sent = target === undefined ? 0 : await unpark(store, target, chosen, actor);
    // false: it ended already, and its bytes are gone
    const asked = await Promise.all(chosen.pieces.map((item) => store.setParkedState(item.id, 'retry', actor)));
    const pieces = asked.filter(Boolean).length;
    print(options, { punches: sent, pieces }, () => retryText(sent, pieces));
  });
}

const isAutomatic = (reason: string | undefined): boolean =>
  reason === undefined || !isParkReason(reason) || PARK_REASONS[reason].isAutomatic;

function doubtText(doubtful: readonly ParkedPunch[]): string {
  const [first] = doubtful;
  const example = first === undefined ? '' : ` such as PIN ${printable(first.punch.pin)} at ${first.punch.wallTime}`;
  return `${counted(doubtful.length, 'punch', 'punches')}${example} will be sent as they stand, with the time and PIN that the terminal gave.`;
}

/** By reason where that was said: there may be more than one listing holds. */
function unpark(store: Store, target: Target, { punches, reasons }: Chosen, actor: string): Promise<number> {
  const isNothing = (reasons ?? punches).length === 0;
  if (isNothing) return Promise.resolve(0);
  const which = reasons === undefined ? { punchIds: punches.map((one) => one.punch.id) } : { reasons };
  return store.unpark(target.id, which, actor);
}

const retryText = (punches: number, pieces: number): string =>
  punches + pieces === 0
    ? 'Nothing that fits is parked.'
    : [
        punches > 0 ? `${counted(punches, 'punch', 'punches')} will be sent again.` : '',
        pieces > 0 ? `${counted(pieces, 'piece')} will be read again within seconds, while the listener runs.` : '',
      ]
        .filter((line) => line !== '')
        .join('\n');

/** Errors: usage (2) when nothing or two things choose, or by a reason that is none; not found (3). */
async function chosenFor(store: Store, ids: readonly string[], options: RetryOptions): Promise<Chosen> {
  const ways = [ids.length > 0, options.reason !== undefined, options.all === true].filter(Boolean).length;
  if (ways !== 1)
    throw new CommandFailure('what is to be tried again?', EXIT.usage, 'Name ids, or say --reason <reason>, or --all.');
  if (ids.length > 0) return chosenByIds(store, ids);
  await checkReason(options.reason, () => openPieces(store, {}));
  const punches = await parkedPunches(store, {});
  const pieces = (await openPieces(store, {})).filter((one) => one.state === 'parked');
  if (options.all === true)
    return {
      punches: punches.filter((one) => isAutomatic(one.delivery.reason)),
      pieces,
      reasons: AUTOMATIC.filter(isParkReason),
    };
  return {
    punches: punches.filter((one) => one.delivery.reason === options.reason),
    pieces: pieces.filter((one) => one.reason === options.reason),
    reasons: [options.reason ?? ''].filter(isParkReason),
  };
}

async function chosenByIds(store: Store, ids: readonly string[]): Promise<Chosen> {
  const target = await activeTarget(store);
  const punches: ParkedPunch[] = [];
  const pieces: ParkedItem[] = [];
  for (const id of ids) {
    const item = await findPiece(store, id);
    if (item) pieces.push(item);
    else punches.push(await parkedPunch(store, target, id));
  }
  return { punches, pieces };
}

async function parkedPunch(store: Store, target: Target | undefined, id: string): Promise<ParkedPunch> {
  const punch = await getPunch(store, id);
  const [line] = await withDelivery(store, target, [punch]);
  const delivery = line?.delivery;
  if (delivery?.state === 'parked') return { punch, delivery };
  throw new CommandFailure(
    `punch ${punch.id.slice(0, 12)} is not parked`,
    EXIT.notFound,
    `\`biolistener trace ${punch.id.slice(0, 12)}\` tells where it is.`,
  );
}

/** A person says: never. It stays stored, with its bytes, and is sent or read only if asked for again. */
export async function discardParked(ids: readonly string[], options: Json & { readonly yes?: boolean }): Promise<void> {
  await withStore(async ({ store }) => {
    const target = await activeTarget(store);
    const { punches, pieces } = await chosenByIds(store, ids);
    const what = [
      ...punches.map(({ punch }) => `PIN ${printable(punch.pin)} at ${punch.wallTime}`),
      ...pieces.map(pieceId),
    ];
    await confirm(
      `${what.slice(0, 5).join(', ')}${what.length > 5 ? ` and ${what.length - 5} more` : ''} will never reach ERPNext.`,
      options,
    );
    const actor = actorHere();
    for (const { punch } of punches) if (target) await store.discardDelivery(target.id, punch.id, actor);
    for (const item of pieces) await store.setParkedState(item.id, 'discarded', actor);
    print(
      options,
      { punches: punches.length, pieces: pieces.length, actor },
      () =>
        `Discarded: ${counted(punches.length, 'punch', 'punches')} and ${counted(pieces.length, 'piece')}. Punches stay stored, and \`punch replay\` takes them up again; the bytes of pieces are erased.`,
    );
  });
}
