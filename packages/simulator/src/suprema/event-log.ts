import type { BioStarSwitches } from './switches.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonRecord = { readonly [key: string]: Json };

/** Something that a device reports. */
export interface NewEvent {
  readonly deviceId: string;
  /** Decimal code: main code and sub code in one. */
  readonly code: number;
  readonly userId?: string;
  readonly userName?: string;
  /** When it happened; the server stores it now. */
  readonly at?: Date;
  readonly tnaKey?: number;
  readonly codeName?: string;
  /** The device's own number; the next one when left out. */
  readonly index?: number;
  readonly parameter?: string;
}

interface EventRow {
  readonly row: JsonRecord;
  readonly search: Readonly<Record<string, string>>;
}

export interface Condition {
  readonly column: string;
  readonly operator: number;
  readonly values: readonly string[];
}

/** The digits of a time: what the server compares. */
const digits = (text: string): string => text.slice(0, 23).replace('T', ' ').replace('Z', '').padEnd(23, '0');

const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}.00Z`;

/** The tables of events: one for each month, with row numbers that begin again (document §6.2). */
export class EventLog {
  readonly #switches: BioStarSwitches;
  readonly #now: () => number;
  readonly #nameOf: (deviceId: string) => string;
  readonly #rows: EventRow[] = [];
  readonly #nextIndex = new Map<string, number>();
  #month = '';
  #nextId = 1;

  constructor(switches: BioStarSwitches, now: () => number, nameOf: (deviceId: string) => string) {
    this.#switches = switches;
    this.#now = now;
    this.#nameOf = nameOf;
  }

  get size(): number {
    return this.#rows.length;
  }

  /** The log of a device was cleared: it counts from one again. */
  restartIndex(deviceId: string): void {
    this.#nextIndex.delete(deviceId);
  }

  add(event: NewEvent): JsonRecord {
    const index = event.index ?? this.#nextIndex.get(event.deviceId) ?? 1;
    this.#nextIndex.set(event.deviceId, index + 1);
    const stored = this.#now() + this.#switches.serverZoneMinutes * 60_000;
    const happened = (event.at ?? new Date(this.#now())).getTime();
    const row = this.#rowOf(event, index, stored, happened);
    this.#rows.push({
      row,
      search: {
        datetime: digits(stamp(happened)),
        server_datetime: digits(stamp(stored)),
        'device_id.id': event.deviceId,
        'event_type_id.code': String(event.code),
        'user_id.user_id': event.userId ?? '',
      },
    });
    return row;
  }

  #rowOf(event: NewEvent, index: number, stored: number, happened: number): JsonRecord {
    const { deviceId, code, userId, userName, codeName = '', tnaKey, parameter = '-1' } = event;
    const named = userId === undefined ? { name: '-' } : { user_id: userId, name: userName ?? 'Somebody' };
    return {
      id: this.#idOf(deviceId, index, stored, happened),
      index: String(index),
      server_datetime: stamp(stored),
      datetime: stamp(happened),
      device_id: { id: deviceId, name: this.#nameOf(deviceId) },
      event_type_id: { code: String(code), name: codeName },
      user_id: { ...named, photo_exists: 'false' },
      user_group_id: { id: '1', name: 'All Users' },
      tna_key: String(tnaKey ?? 0),
      parameter,
      is_dst: '0',
      timezone: { half: '0', hour: '0', negative: '0' },
      user_update_by_device: 'false',
    };
  }

  #idOf(deviceId: string, index: number, stored: number, happened: number): string {
    if (this.#switches.longIds)
      return `${Math.floor(happened / 1000)}${deviceId.padStart(10, '0')}${String(index).padStart(10, '0')}`;
    const month = stamp(stored).slice(0, 7);
    if (month !== this.#month) this.#nextId = 1;
    this.#month = month;
    return String(this.#nextId++);
  }

  /** Rows that fit, in the order of their time where the server knows `orders`; undefined: a column is not known. */
  search(
    conditions: readonly Condition[],
    page: { readonly limit: number; readonly offset: number },
  ): JsonRecord[] | undefined {
    const isKnown = (column: string): boolean =>
      !(this.#switches.serverTimeUnsearchable && column === 'server_datetime');
    if (!conditions.every(({ column }) => isKnown(column))) return undefined;
    const found = this.#rows.filter(({ search }) => conditions.every((condition) => fits(condition, search)));
    const sorted = this.#switches.ordersUnsupported
      ? found.toReversed()
      : found.toSorted((a, b) => (a.search['datetime'] ?? '').localeCompare(b.search['datetime'] ?? ''));
    const limit = Math.min(page.limit, this.#switches.mostRows);
    return sorted.slice(page.offset, page.offset + limit).map(({ row }) => row);
  }
}

function fits({ column, operator, values }: Condition, search: Readonly<Record<string, string>>): boolean {
  const held = search[column] ?? '';
  const isTime = column.endsWith('datetime');
  const [first = '', second = ''] = isTime ? values.map(digits) : values;
  if (operator === 0) return held === first;
  if (operator === 1) return held !== first;
  if (operator === 2) return values.includes(held);
  if (operator === 3) return held >= first && held <= second;
  if (operator === 5) return held > first;
  return operator === 6 && held < first;
}
