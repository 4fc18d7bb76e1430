import { pinKey, type Instant, type LocalDate, type Pin, type PinPeriod } from '@biolistener/core';
import { EMPLOYEE, textIn, type ErpNextClient, type Filter } from '@biolistener/erpnext';
import type { MirroredEmployee, MirrorLook, PeopleStore, Store } from '@biolistener/store';

/**
 * A store that dates what the mirror finds: each look at the site is told with the time of its answer, and leavers with
 * their last day.
 */
export const datedStore = (store: PeopleStore, client: ErpNextClient, look: () => MirrorLook): PeopleStore => ({
  ...store,
  putEmployees: async (targetId, rows) => {
    const seen = look(); // before the days are asked for: what they are joined to was read by now
    return store.putEmployees(targetId, await withLastDays(client, rows), seen);
  },
  keepOnlyEmployees: (targetId, names) => store.keepOnlyEmployees(targetId, names, look()),
});

async function withLastDays(client: ErpNextClient, rows: readonly MirroredEmployee[]): Promise<MirroredEmployee[]> {
  const left = rows.filter(({ status }) => status === 'Left').map(({ name }) => name);
  if (left.length === 0) return [...rows];
  const days = await lastDays(client, left);
  return rows.map((row) => (days.has(row.name) ? { ...row, leftOn: days.get(row.name) } : row));
}

/** So many names make an address that every proxy lets through. */
const NAMES_IN_ADDRESS = 40;
const PAGE = 500;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Asked for those who left only, and by a stretch of names where they are many. */
async function lastDays(client: ErpNextClient, names: readonly string[]): Promise<Map<string, LocalDate>> {
  const wanted = new Set(names);
  const sorted = [...names].sort(compare);
  const [first = '', last = first] = [sorted[0], sorted.at(-1)];
  const isFew = sorted.length <= NAMES_IN_ADDRESS;
  const which: Filter[] = isFew
    ? [['name', 'in', sorted]]
    : [
        ['name', '>=', first],
        ['name', '<=', last],
      ];
  const days = new Map<string, LocalDate>();
  for (let after = ''; ;) {
    const filters: Filter[] = [
      ['status', '=', 'Left'],
      ...which,
      ...(after === '' ? [] : [['name', '>', after] as const]),
    ];
    const fields = ['name', 'relieving_date'];
    const rows = await client.list(EMPLOYEE, { fields, filters, orderBy: 'name asc', length: PAGE });
    for (const row of rows) {
      const name = textIn(row, 'name') ?? '';
      const day = textIn(row, 'relieving_date')?.slice(0, 10) ?? '';
      if (wanted.has(name) && /^\d{4}-\d\d-\d\d$/.test(day)) days.set(name, day as LocalDate); // Frappe's Date exists
      after = name;
    }
    if (rows.length < PAGE) return days;
  }
}

/** As terminals may spell these id values: with their zeros, and without. */
export const spellingsOf = (idValues: readonly string[]): Pin[] => [
  ...new Set(idValues.flatMap((value) => [value as Pin, pinKey(value, 'number') as Pin])), // id values are compared with PINs
];

export interface DoubtfulCheckIns {
  readonly employee: string;
  readonly since: Instant;
  readonly punchIds: readonly string[];
}

const MOST_NAMED = 50;

/**
 * Check-ins that the last owner of a PIN got after the PIN may have gone to somebody else: made before the mirror knew. Only
 * a person can take them back.
 */
export async function findDoubtful(
  store: Store,
  target: { readonly targetId: string; readonly idField: string },
  pin: Pin,
): Promise<DoubtfulCheckIns | undefined> {
  const { targetId, idField } = target;
  const periods = await store.ownersOf(targetId, idField, pin, 'text');
  const ended = periods.filter((period) => period.kind === 'site').filter(hasEnd);
  const last = ended.reduce<Ended | undefined>(
    (a, b) => (a && a.until.notBefore > b.until.notBefore ? a : b),
    undefined,
  );
  if (!last) return undefined;
  const since = last.until.notBefore;
  const isBack = periods.some(
    (period) => period.employee === last.employee && period.kind === 'site' && !hasEnd(period),
  );
  const stretch = { from: since, ...(isBack && { to: last.until.notAfter }) };
  const punches = await store.listPunches({ pin, ...stretch, targetId, states: ['done'], limit: MOST_NAMED });
  const deliveries = await Promise.all(punches.map(({ id }) => store.listDeliveries(id)));
  const punchIds = deliveries
    .flat()
    .filter((delivery) => delivery.targetId === targetId && delivery.employee === last.employee)
    .map(({ punchId }) => punchId);
  return punchIds.length === 0 ? undefined : { employee: last.employee, since, punchIds };
}

type Site = Extract<PinPeriod, { readonly kind: 'site' }>;
type Ended = Site & { readonly until: NonNullable<Site['until']> };
const hasEnd = (period: Site): period is Ended => period.until !== undefined;
