import { asSerialNumber, templateOfItem } from '@biolistener/core';
import type { RosterCell, RosterItem, Store } from '@biolistener/store';
import { printable, table } from '../../output.ts';
import { fixOf } from '../catalogs.ts';
import type { Enrolled } from './people.ts';
import type { DemoTerminal } from './terminals.ts';

/** More than a demo makes of one terminal before anybody looks. */
const MOST_PUNCHES = 10_000;

const nameOf = ({ key }: RosterItem): string => {
  const template = templateOfItem(key);
  return template ? `${template.kind} ${template.no}` : key;
};

/** `user confirmed, fingerprint 5 impossible` */
const thereText = ({ items }: RosterCell): string => items.map((item) => `${nameOf(item)} ${item.state}`).join(', ');

const placeOf = ({ terminal }: RosterCell): string => printable(terminal.name ?? terminal.serialNumber);

/** What is not there as it should be, with the sentence that stands with the reason. */
async function whyNot(cell: RosterCell): Promise<string[]> {
  const lacking = cell.items.filter(({ state, reason }) => state !== 'confirmed' && reason !== undefined);
  return Promise.all(
    lacking.map(async (item) => {
      const sentence = (await fixOf(item.reason ?? ''))?.when ?? item.reason ?? '';
      const detail = item.detail === undefined ? '' : ` (${printable(item.detail)})`;
      return `  ${placeOf(cell)}, ${nameOf(item)}: ${sentence}${detail}`;
    }),
  );
}

/** Where somebody is who was enrolled at one of the doors, and why not elsewhere. */
export async function enrolmentText({ person, at, what, cells }: Enrolled): Promise<string> {
  const rows = table(
    cells,
    [
      { title: 'terminal', value: placeOf },
      { title: 'brand', value: (cell) => cell.terminal.brand },
      { title: 'there', value: thereText },
    ],
    'Nothing of this person is at any terminal yet.',
  );
  const reasons = (await Promise.all(cells.map(whyNot))).flat();
  const title = `${person.name ?? ''}, PIN ${person.pin}, was enrolled at ${at.serialNumber} (${at.brand}) with ${what}, and is now:`;
  return [title, rows, ...(reasons.length === 0 ? [] : ['Why not', ...reasons])].join('\n');
}

/** Punches of each terminal, and how many of them are check-ins by now. */
export async function punchesText(store: Store, terminals: readonly DemoTerminal[]): Promise<string> {
  const target = (await store.listTargets()).find((each) => each.isActive);
  const rows = await Promise.all(
    terminals.map(async (terminal) => {
      const filter = { serialNumber: asSerialNumber(terminal.serialNumber), limit: MOST_PUNCHES };
      const done = target ? await store.listPunches({ ...filter, targetId: target.id, states: ['done'] }) : [];
      return { ...terminal, punches: (await store.listPunches(filter)).length, checkIns: done.length };
    }),
  );
  return table(
    rows,
    [
      { title: 'terminal', value: (row) => row.name },
      { title: 'brand', value: (row) => row.brand },
      { title: 'punches', value: (row) => row.punches },
      { title: 'check-ins', value: (row) => row.checkIns },
    ],
    '',
  );
}
