import type { Delivery, ParkedItem, StoredPunch } from '@biolistener/store';
import { ago, counted, facts, printable, table, utc } from '../output.ts';
import { shortId } from '../parse/ids.ts';
import { whatOf } from './reasons.ts';

export interface ParkedPunch {
  readonly punch: StoredPunch;
  readonly delivery: Delivery;
}

/** One reason with how many wait for it to be mended, and how. */
export interface ReasonSummary {
  readonly reason: string;
  readonly count: number;
  readonly todo: string;
}

export interface ParkedView {
  readonly punches: readonly ParkedPunch[];
  readonly pieces: readonly ParkedItem[];
  readonly reasons: readonly ReasonSummary[];
}

export const pieceId = (item: Pick<ParkedItem, 'id'>): string => `#${item.id}`;

export function parkedText({ punches, pieces, reasons }: ParkedView, now: number): string {
  if (punches.length + pieces.length === 0) return 'Nothing is parked.';
  const sections = [
    punches.length === 0 ? '' : `Punches that ERPNext does not have\n${punchesTable(punches)}`,
    pieces.length === 0 ? '' : `Pieces that could not be read\n${piecesTable(pieces, now)}`,
    `What to do\n${reasons.map((one) => `  ${printable(one.reason)} (${one.count}): ${printable(one.todo)}`).join('\n')}`,
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

const punchesTable = (punches: readonly ParkedPunch[]): string =>
  table(
    punches,
    [
      { title: 'id', value: ({ punch }) => shortId(punch.id) },
      { title: 'time there', value: ({ punch }) => punch.wallTime },
      { title: 'pin', value: ({ punch }) => punch.pin },
      { title: 'terminal', value: ({ punch }) => punch.serialNumber },
      { title: 'reason', value: ({ delivery }) => delivery.reason },
      { title: 'detail', value: ({ delivery }) => cut(delivery.detail ?? whatOf(delivery.reason)) },
    ],
    '',
  );

const piecesTable = (pieces: readonly ParkedItem[], now: number): string =>
  table(
    pieces,
    [
      { title: 'id', value: pieceId },
      { title: 'last seen', value: (one) => ago(one.lastAt, now) },
      { title: 'times', value: (one) => one.count },
      { title: 'terminal', value: (one) => senderOf(one) },
      { title: 'in', value: (one) => cut(one.table, 24) },
      { title: 'reason', value: (one) => one.reason },
      { title: 'detail', value: (one) => cut(one.state === 'retry' ? `being read again: ${one.detail}` : one.detail) },
    ],
    '',
  );

const cut = (text: string, most = 60): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** Requests without a usable serial number are kept under a dash. */
const senderOf = ({ serialNumber }: ParkedItem): string => (serialNumber === '-' ? 'unknown' : serialNumber);

/** A piece for programs: never its sealed bytes. */
export const pieceJson = ({ sealed: _, ...item }: ParkedItem): object => ({
  kind: 'piece',
  ...item,
  ref: pieceId(item),
});
export const parkedPunchJson = ({ punch, delivery }: ParkedPunch): object => ({
  kind: 'punch',
  ...punch,
  raw: undefined,
  delivery,
});

export interface PieceContent {
  /** Undefined where it may not or cannot be shown; then `why` tells. */
  readonly text: string | undefined;
  readonly why: string | undefined;
}

export function pieceText(item: ParkedItem, content: PieceContent, todo: string): string {
  const about = facts([
    ['piece', pieceId(item)],
    ['terminal', item.brand === 'none' ? senderOf(item) : `${senderOf(item)} (${item.brand})`],
    ['in', item.table],
    ['reason', item.reason],
    ['detail', item.detail],
    ['state', item.state],
    ['first seen', utc(item.firstAt)],
    ['last seen', `${utc(item.lastAt)}, ${counted(item.count, 'time')}`],
    ['size', counted(item.size, 'byte')],
    ['SHA-256', item.digest],
    ['what to do', todo],
  ]);
  return `${about}\n\n${content.text === undefined ? (content.why ?? '') : `As sent\n${content.text}`}`;
}
