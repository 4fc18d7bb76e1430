import {
  applyRosters,
  planPrunes,
  planRosters,
  prune,
  rosterStatus,
  type Drift,
  type RosterScope,
  type TerminalPrune,
} from '@biolistener/api/work';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { counted, print } from '../output.ts';
import { parsePin } from '../parse/person-options.ts';
import { confirm } from '../services/confirm.ts';
import { withWork, type HereAtWork } from '../services/work.ts';
import { appliedText, cellJson, planLine, planText, rosterText, strangersText } from '../views/roster.ts';

interface ScopeOptions {
  readonly device?: string;
  readonly place?: string;
  readonly pin?: string;
  readonly employee?: string;
  readonly json?: boolean;
}

/** Errors: usage (2) where two things choose. */
function scopeOf({ device, place, pin, employee }: ScopeOptions): RosterScope {
  const scopes: RosterScope[] = [
    ...(device === undefined ? [] : [{ kind: 'device', serialNumber: device } as const]),
    ...(place === undefined ? [] : [{ kind: 'place', place } as const]),
    ...(pin === undefined ? [] : [{ kind: 'pin', pin: parsePin(pin) } as const]),
    ...(employee === undefined ? [] : [{ kind: 'employee', employee } as const]),
  ];
  if (scopes.length > 1)
    throw new CommandFailure(
      'whose roster?',
      EXIT.usage,
      'Say one of --device, --place, --pin, --employee, or none for all.',
    );
  return scopes[0] ?? { kind: 'all' };
}

export interface PlanOptions extends ScopeOptions {
  readonly retry?: boolean;
  readonly prune?: boolean;
}

export async function planRoster(options: PlanOptions): Promise<void> {
  const scope = scopeOf(options);
  await withWork(async (here) => {
    const lines = (await planRosters(here.work, scope, { isRetry: options.retry === true })).map(planLine);
    const strangers = await strangersFor(here, scope, options);
    print(options, { plan: lines, strangers: strangers?.map(strangerJson) ?? null }, () =>
      [planText(lines), ...(strangers === undefined ? [] : ['', strangersText(strangers)])].join('\n'),
    );
  });
}

const strangersFor = async (
  { work, who }: HereAtWork,
  scope: RosterScope,
  options: PlanOptions,
): Promise<TerminalPrune[] | undefined> => (options.prune === true ? planPrunes(work, who, scope) : undefined);

const strangerJson = ({ serialNumber, remove, keep }: TerminalPrune): object => ({
  serialNumber,
  remove: remove.map(({ pin, name }) => ({ pin, name })),
  keep: keep.map(({ pin, name }) => ({ pin, name })),
});

export interface ApplyOptions extends PlanOptions {
  readonly yes?: boolean;
}

/** Strangers are shown and asked about before anything is queued. */
export async function applyRoster(options: ApplyOptions): Promise<void> {
  const scope = scopeOf(options);
  await withWork(async (here) => {
    const { work } = here;
    const strangers = (await strangersFor(here, scope, options)) ?? [];
    const doomed = strangers.reduce((sum, one) => sum + one.remove.length, 0);
    if (options.prune === true && options.json !== true) console.error(strangersText(strangers));
    if (doomed > 0)
      await confirm(
        `${counted(doomed, 'user')} will be deleted at terminals, with all that is enrolled there.`,
        options,
      );
    const applied = await applyRosters(work, scope, { isRetry: options.retry === true });
    const pruned = await prune(work, strangers);
    print(options, { ...applied, pruned, strangers: strangers.map(strangerJson) }, () =>
      [
        appliedText(applied),
        ...(options.prune === true ? [`${counted(pruned, 'command')} queued to delete strangers.`] : []),
      ].join('\n'),
    );
  });
}

export async function showRoster(options: ScopeOptions): Promise<void> {
  const scope = scopeOf(options);
  await withWork(async ({ work }) => {
    const status = await rosterStatus(work, scope);
    const json = { ...status, drift: status.drift.map(driftJson), risks: status.risks.map(cellJson) };
    print(options, json, () => rosterText(status, Date.now()));
  });
}

const driftJson = ({ cell, items }: Drift): object => ({
  serialNumber: cell.terminal.serialNumber,
  pin: cell.person.pin,
  name: cell.person.name ?? null,
  records: items.map(({ key, state, reason, detail, attempts }) => ({ key, state, reason, detail, attempts })),
});
