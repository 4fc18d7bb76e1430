import {
  digestOf,
  type JsonObject,
  wallDifferenceSeconds,
  punchIdOf,
  toLocal,
  type Instant,
  type Terminal,
} from '@biolistener/core';
import { sealPassword, type Vault } from '@biolistener/security';
import type { StoredOperation, StoredPhoto, StoredTemplate, StoredUser, Upload, ParkedPiece } from '@biolistener/store';
import type { Decoded, Identity, ParkedRecord, RequestHead, WireEvent } from '@biolistener/wire';
import { transferOf } from './transfer.ts';

/** What a request was, for the record of what it brought. */
export interface Arrival {
  readonly correlationId: string;
  readonly terminal: Terminal;
  readonly identity: Identity;
  readonly head: RequestHead;
  readonly receivedAt: Instant;
  /** It came before, and is read again: no contact of the terminal. */
  readonly isReplay?: boolean;
  /** Its contact is told to the store with those of other terminals, so this upload need not. */
  readonly isContactTold?: boolean;
  /** What commands that went to the terminal were called, as far as is remembered. */
  readonly wordOf?: (commandId: string) => string | undefined;
}

type EventOf<K extends WireEvent['kind']> = Extract<WireEvent, { kind: K }>;

/** Turns what a codec understood into what one transaction stores; secrets are sealed here and nowhere later. */
export function uploadOf(arrival: Arrival, decoded: Decoded, vault: Vault): Upload {
  const { facts } = decoded;
  const { punches, users, templates, photos, operations, results } = sorted(
    decoded.events,
    arrival.terminal.serialNumber,
    vault,
  );
  const upload: Writable<Upload> = {
    correlationId: arrival.correlationId,
    serialNumber: arrival.terminal.serialNumber,
    brand: arrival.terminal.brand,
    operation: arrival.identity.operation,
    remoteAddress: arrival.head.remoteAddress,
    receivedAt: arrival.receivedAt,
    punches,
    users,
    templates,
    photos,
    operations,
    results,
    parked: parkedOf(arrival, decoded, vault),
  };
  const drift = driftOf(arrival, facts.wallClock);
  if (facts.profile !== undefined) upload.profile = facts.profile;
  if (facts.stamps !== undefined) upload.stamps = facts.stamps;
  if (arrival.isReplay === true) upload.isReplay = true;
  if (arrival.isContactTold === true) upload.isContactTold = true;
  if (drift !== undefined) upload.clockDriftSeconds = drift;
  if (decoded.transfer !== undefined) upload.transfer = transferOf(decoded.transfer, vault);
  return upload;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Sorted = Pick<Upload, 'punches' | 'users' | 'templates' | 'photos' | 'operations' | 'results'>;
type Lists = { [K in keyof Sorted]: Sorted[K][number][] };

/** Each event into its list, in one pass: an upload may bring ten thousand of them. */
function sorted(events: readonly WireEvent[], serialNumber: string, vault: Vault): Sorted {
  const lists: Lists = { punches: [], users: [], templates: [], photos: [], operations: [], results: [] };
  for (const event of events) {
    if (event.kind === 'punch') lists.punches.push(event.punch);
    else if (event.kind === 'user') lists.users.push(sealUser(event, vault));
    else if (event.kind === 'template') lists.templates.push(sealTemplate(event, vault));
    else if (event.kind === 'photo') lists.photos.push(sealPhoto(event, vault));
    else if (event.kind === 'operation') lists.operations.push(operationOf(event, serialNumber));
    else lists.results.push(event.result);
  }
  return lists;
}

/** Seconds that the terminal's clock is ahead of ours; both are read as wall time of the terminal's zone. */
export function driftOf(
  arrival: Pick<Arrival, 'terminal' | 'receivedAt'>,
  wallClock: Decoded['facts']['wallClock'],
): number | undefined {
  const { zone } = arrival.terminal;
  if (wallClock === undefined || zone === undefined) return undefined;
  return wallDifferenceSeconds(wallClock, toLocal(arrival.receivedAt, zone));
}

/** Whether anything in it must be on disk before the answer. Facts about the terminal alone may wait for the next flush. */
export function needsCommit(decoded: Decoded, terminal: Terminal): boolean {
  return (
    decoded.events.length > 0 ||
    decoded.parked.length > 0 ||
    decoded.transfer !== undefined ||
    hasNewStamps(decoded.facts, terminal)
  );
}

/** Most firmware sends the same pointer for ever, also with empty uploads: those alone need no disk. */
export function hasNewStamps({ stamps }: Decoded['facts'], terminal: Pick<Terminal, 'stamps'>): boolean {
  return stamps !== undefined && Object.keys(stamps).some((table) => terminal.stamps[table] !== stamps[table]);
}

function sealUser({ user }: EventOf<'user'>, vault: Vault): StoredUser {
  const { password, charset, extra, ...rest } = user;
  return {
    ...rest,
    extra: charset === undefined ? extra : { ...extra, charset },
    ...(password === undefined || password === '' ? {} : { secrets: sealPassword(vault, password) }),
  };
}

function sealTemplate({ template }: EventOf<'template'>, vault: Vault): StoredTemplate {
  const { data, declaredSize: _, ...rest } = template;
  // the digest is of the features themselves, so that one template is one whether it came as base64 or as bytes
  const features = template.encoding === 'base64' ? Buffer.from(Buffer.from(data).toString('latin1'), 'base64') : data;
  return { ...rest, size: data.length, digest: digestOf(features), sealed: vault.seal('template', data) };
}

function sealPhoto({ photo }: EventOf<'photo'>, vault: Vault): StoredPhoto {
  const { data, declaredSize: _, ...rest } = photo;
  return { ...rest, size: data.length, digest: digestOf(data), sealed: vault.seal('photo', data) };
}

function operationOf({ operation }: EventOf<'operation'>, serialNumber: string): StoredOperation {
  const { key, ...rest } = operation;
  return { ...rest, id: punchIdOf(serialNumber, [operation.source, ...key]) };
}

function parkedOf(arrival: Arrival, { parked }: Decoded, vault: Vault): ParkedPiece[] {
  if (parked.length === 0) return [];
  const request = requestOf(arrival);
  return parked.map((record) => sealParked(record, request, vault));
}

function sealParked(record: ParkedRecord, request: JsonObject, vault: Vault): ParkedPiece {
  const { raw, ...rest } = record;
  // the same bytes under another word are another thing, and must not hide behind what was discarded there
  const digest = digestOf(Buffer.concat([Buffer.from(`${record.table}\n`), raw]));
  return { ...rest, digest, size: raw.length, sealed: vault.seal('parked', raw), request };
}

const LONGEST_TARGET = 1024;
/** What a codec may need to read a piece again. Everything else a sender can put into headers stays out. */
const KEPT_HEADERS =
  /^(x-)?(content-type|request[_-]code|dev[_-]id|dev[_-]model|trans[_-]id|cmd[_-]id|cmd[_-]return[_-]code|encrypt|content-length|blk[_-]len|blk[_-]no)$/i;

/** The request that brought a piece, without its body: one object for all pieces of it. */
function requestOf({ head, identity }: Arrival): JsonObject {
  const { method, target, httpVersion, headers } = head;
  const kept = headers
    .filter((_, i) => KEPT_HEADERS.test(headers[i - (i % 2)] ?? ''))
    .map((text) => text.slice(0, 200));
  return {
    method,
    target: withoutSecrets(target).slice(0, LONGEST_TARGET),
    httpVersion,
    operation: identity.operation,
    headers: kept.slice(0, 40),
  };
}

/** Communication keys are not evidence. */
export const withoutSecrets = (target: string): string =>
  target.replace(/((?:push)?commkey|comkey|token)=[^&]*/gi, '$1=***');
