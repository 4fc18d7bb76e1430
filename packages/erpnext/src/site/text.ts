import type { AppliedStep } from './apply.ts';
import type { SiteCheck, SiteVerdict } from './check.ts';
import type { SitePlan, Step } from './plan.ts';
import type { RemovedStep } from './remove.ts';

const SIGNS: Readonly<Record<Step['action'], string>> = {
  create: '+',
  update: '~',
  keep: '=',
  conflict: '?',
  skip: '-',
};

/** One step for a terminal window: what, and below it what differs. */
export function describeStep(step: Step): string {
  const lines = step.differences.map(
    ({ what, site, wanted, byPerson }) =>
      `      ${what}: "${oneLine(site)}" → "${oneLine(wanted)}"${byPerson ? '  (changed on the site)' : ''}`,
  );
  const reason = step.reason === undefined ? [] : [`      ${step.reason}`];
  return [`  ${SIGNS[step.action]} ${step.object} ${step.name}`, ...reason, ...lines].join('\n');
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

/** The plan for a terminal window: what would happen first, what stays as it is only counted. */
export function describePlan(plan: SitePlan): string {
  const todo = plan.steps.filter((step) => step.action !== 'keep');
  const kept = plan.steps.length - todo.length;
  const way = plan.way === 'app' ? 'The app is installed; only what it cannot bring is set up here.' : '';
  const head = `${plan.url}: version ${plan.version}, as ${plan.installer}. ${way}`.trim();
  return [head, ...todo.map(describeStep), `${kept} of ${plan.steps.length} need nothing.`].join('\n');
}

const VERDICTS: Readonly<Record<SiteVerdict, string>> = {
  absent: 'Biolistener is not installed on this site.',
  incomplete: 'Something is missing. Run `biolistener erpnext upgrade`.',
  outdated: 'Another version is installed. Run `biolistener erpnext upgrade`.',
  changed:
    'It works, but somebody changed what is named above. `biolistener erpnext upgrade` asks before it changes that back.',
  ready: 'Everything is in place.',
};

export const describeCheck = (check: SiteCheck): string => `${describePlan(check.plan)}\n${VERDICTS[check.verdict]}`;

export const describeApplied = ({ object, name, done }: AppliedStep): string =>
  `  ${done.padEnd(18)} ${object} ${name}`;

export const describeRemoved = ({ object, name, done, reason }: RemovedStep): string =>
  `  ${done.padEnd(13)} ${object} ${name}${reason === undefined ? '' : ` (${reason})`}`;

/** A step for programs: without the documents behind it. */
export const stepView = ({ object, name, action, differences, reason, isForeign }: Step) => ({
  object,
  name,
  action,
  differences,
  ...(reason === undefined ? {} : { reason }),
  ...(isForeign === undefined ? {} : { isForeign }),
});
