import { rosterGauges } from '@biolistener/roster';
import type { Store } from '@biolistener/store';
import { counted, printable, span } from '../output.ts';
import { listTerminals } from '../services/terminals.ts';
import { shellWord } from '../views/device.ts';
import { at, type Finding } from './finding.ts';

const HOUR_MS = 60 * 60_000;
/** A terminal that polls takes its commands within a minute. */
const STUCK_MS = 10 * 60_000;
const MOST_FAILED = 1000;
const RECENT_MS = 24 * HOUR_MS;

/** What waits for terminals, and why. */
export async function lookAtCommands(store: Store, now: number): Promise<Finding[]> {
  const hop = at('commands');
  const { commands, oldestOpenSeconds } = await rosterGauges(store, now);
  const open = commands.queued + commands.leased + commands.sent + commands.answered;
  const age = oldestOpenSeconds > 0 ? `, the oldest for ${span(oldestOpenSeconds * 1000)}` : '';
  return [
    hop.ok(open === 0 ? 'none waits for a terminal' : `${counted(open, 'command')} under way${age}`),
    ...(await waitingFindings(store, now)),
    ...(await failedFindings(store, now)),
  ];
}

/** Terminals that have something to take and do not come for it. */
async function waitingFindings(store: Store, now: number): Promise<Finding[]> {
  const hop = at('commands');
  const withWork = new Set(await store.terminalsWithCommands(now));
  const terminals = (await listTerminals(store)).filter((one) => withWork.has(one.serialNumber));
  const closed = terminals.filter((one) => one.status !== 'approved');
  const silent = terminals.filter((one) => one.status === 'approved' && now - one.lastContactAt > STUCK_MS);
  const names = (list: typeof terminals): string => {
    const shown = list.slice(0, 5).map((one) => printable(one.name ?? one.serialNumber));
    return `${shown.join(', ')}${list.length > 5 ? ` and ${list.length - 5} more` : ''}`;
  };
  return [
    ...(silent.length === 0
      ? []
      : [
          hop.warn(
            `wait for terminals that do not call: ${names(silent)}`,
            'Check their power and network. The commands keep until their deadline.',
          ),
        ]),
    ...closed
      .slice(0, 1)
      .map((one) =>
        hop.warn(
          `wait for terminals that are not approved: ${names(closed)}`,
          `biolistener device approve ${shellWord(one.serialNumber)}, or cancel them: biolistener command list --serial ${shellWord(one.serialNumber)} --open`,
        ),
      ),
  ];
}

async function failedFindings(store: Store, now: number): Promise<Finding[]> {
  const failed = await store.listCommands({ states: ['failed', 'expired'], limit: MOST_FAILED });
  const recent = failed.filter((one) => (one.closedAt ?? 0) > now - RECENT_MS);
  if (recent.length === 0) return [];
  const reasons = [...new Set(recent.map((one) => one.reason ?? one.state))].slice(0, 5).map(printable);
  return [
    at('commands').warn(
      `${counted(recent.length, 'command')} failed since yesterday: ${reasons.join(', ')}`,
      'biolistener command list --state failed --state expired; `command show` tells what to do about one.',
    ),
  ];
}

const MOST_RISKS = 1000;
/** A worker that runs takes up changes within a second. */
const MARKS_WORTH_A_NOTE = 100;

/** Who should be where: what is stuck, and whether anybody looks at what changed. */
export async function lookAtRoster(store: Store, now: number): Promise<Finding[]> {
  const hop = at('roster');
  const { items, marks } = await rosterGauges(store, now);
  const total = Object.values(items).reduce((sum, count) => sum + count, 0);
  const stuck = items.failed + items.impossible;
  const risks = await store.openRisks(MOST_RISKS);
  return [
    hop.ok(
      total === 0
        ? 'nobody is assigned to a terminal yet'
        : `${items.confirmed + items.accepted} of ${counted(total, 'record')} are where they should be`,
    ),
    ...(stuck === 0
      ? []
      : [
          hop.warn(
            `${counted(stuck, 'record')} cannot be put where they should be`,
            'biolistener roster status tells each and why.',
          ),
        ]),
    ...(risks.length === 0
      ? []
      : [
          hop.warn(
            `${counted(risks.length, 'terminal')} may still hold somebody who left`,
            'biolistener roster status names them.',
          ),
        ]),
    ...(marks < MARKS_WORTH_A_NOTE
      ? []
      : [
          hop.warn(
            `${marks} changes wait to be looked at`,
            'A worker does that: `biolistener up`, or `biolistener start worker`.',
          ),
        ]),
  ];
}
