import type { Delivery, StoredPunch, Target } from '@biolistener/store';
import { ago, printable, table } from '../output.ts';
import { shortId } from '../parse/ids.ts';
import { whatOf } from './reasons.ts';

/** Where a check-in can be looked at; the sandbox has no Desk, so there it is the REST address. */
export function checkinLink(target: Pick<Target, 'kind' | 'url'>, checkin: string): string {
  const name = encodeURIComponent(checkin);
  const base = target.url.replace(/\/+$/, '');
  return target.kind === 'sandbox'
    ? `${base}/api/resource/Employee%20Checkin/${name}`
    : `${base}/app/employee-checkin/${name}`;
}

/** The state of a delivery in a few words; a punch without one was not handed out yet. */
export function stateText(delivery: Delivery | undefined, now: number): string {
  if (delivery === undefined) return 'stored, not handed out yet';
  switch (delivery.state) {
    case 'done':
      return `in ERPNext as ${delivery.checkin ?? 'a check-in'}`;
    case 'parked':
      return `parked: ${whatOf(delivery.reason)}`;
    case 'skipped':
      return `not sent: ${whatOf(delivery.reason)}`;
    case 'queued':
      return `on its way since ${ago(delivery.queuedAt, now)}`;
    case 'waiting':
      return delivery.attempts === 0
        ? 'waits for its turn'
        : `waits for try ${delivery.attempts + 1}: ${delivery.detail ?? 'no reason was noted'}`;
  }
}

export interface PunchLine {
  readonly punch: StoredPunch;
  readonly delivery: Delivery | undefined;
}

export const punchTable = (lines: readonly PunchLine[], now: number, empty: string): string =>
  table(
    lines,
    [
      { title: 'id', value: ({ punch }) => shortId(punch.id) },
      { title: 'time there', value: ({ punch }) => punch.wallTime },
      { title: 'pin', value: ({ punch }) => punch.pin },
      { title: 'terminal', value: ({ punch }) => punch.serialNumber },
      { title: 'employee', value: ({ delivery }) => delivery?.employee },
      { title: 'log type', value: ({ delivery }) => (delivery?.logType === '' ? 'none' : delivery?.logType) },
      { title: 'where it is', value: ({ delivery }) => stateText(delivery, now) },
    ],
    empty,
  );

/** One punch for programs: everything but the bytes. */
export const punchJson = ({ punch, delivery }: PunchLine): object => ({
  ...punch,
  raw: undefined,
  delivery: delivery ?? null,
});

/** Bytes as text that is safe on a screen: what is no UTF-8 or no printable character is escaped. */
export function safeText(bytes: Uint8Array, most = 4000): string {
  const cut = bytes.subarray(0, most);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(cut);
  const isText = !text.slice(0, -1).includes('\ufffd');
  const shown = isText
    ? linesOf(text)
    : Buffer.from(cut)
        .toString('hex')
        .replace(/(.{64})/g, '$1\n')
        .trim();
  return bytes.length > most ? `${shown}\n… ${bytes.length - most} more bytes` : shown;
}

const linesOf = (text: string): string => text.replaceAll('\t', '\\t').split('\n').map(printable).join('\n');
