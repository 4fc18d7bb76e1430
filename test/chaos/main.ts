// npm run chaos -- --kills N --seed S [--without-field] [--without-people] [--json]
// Kills parts at random while simulated terminals punch, then compares what terminals were told with what the site has.
import { parseArgs } from 'node:util';
import { settleAccount, undelivered, unread } from './account.ts';
import { callBioStar, castCrew, type Crew } from './crew.ts';
import { armAnswerDrops, clearFaults, runMonkey, type Kills } from './monkey.ts';
import { historyOf, runPeople, settlePeople, unsettledPeople, type PeopleWork } from './people.ts';
import { seededRandom } from './random.ts';
import { setStage, type Stage } from './stage.ts';
import { countBy } from './unit.ts';
import { untilNoneIsLeft } from './until.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '30' },
    'without-field': { type: 'boolean', default: false },
    /** Punches alone: nobody enrols, is assigned or opens doors. Settling people takes as long as terminals may be silent. */
    'without-people': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
const say = (text: string): void => {
  if (!values.json)
    process.stderr.write(`${text}
`);
};

/** So long nothing of what is left may get done. */
const STALL_MS = 180_000;
const PEOPLE_STALL_MS = 300_000;
/** So that what was refused or lost at the very end is tried again within the run: see docs/chaos.md. */
const HURRY = {
  'roster.retry_minutes': 1,
  'roster.attempts': 3,
  'command.attempts': 3,
  'command.patience_percent': 10,
};

/** As `biolistener erpnext connect` with an administrator's key would: the site itself then refuses a second one. */
async function addPunchIdField(stage: Stage): Promise<void> {
  const body = JSON.stringify({
    dt: 'Employee Checkin',
    fieldname: 'custom_biolistener_punch_id',
    label: 'Biolistener Punch ID',
    fieldtype: 'Data',
    unique: 1,
    no_copy: 1,
    read_only: 1,
    insert_after: 'device_id',
  });
  const headers = { Authorization: 'token sandbox:sandbox', 'Content-Type': 'application/json' };
  const answer = await fetch(`${stage.sandboxUrl}/api/resource/Custom Field`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`the custom field was refused: ${await answer.text()}`);
}

const clock = (): (() => number) => {
  const startedAt = Date.now();
  return () => Math.round((Date.now() - startedAt) / 1000);
};

/** Traffic and kills, until the day is over. */
async function playDay(stage: Stage, { fleet, units }: Crew): Promise<PeopleWork & Kills> {
  const dayIsOver = new AbortController();
  if (values['without-people']) dayIsOver.abort();
  try {
    fleet.start();
    const people = runPeople(stage, units, seededRandom(seed + 1), dayIsOver.signal);
    const made = await runMonkey(stage, kills, seededRandom(seed), (at, victim) => say(`kill ${at}: ${victim}`));
    dayIsOver.abort();
    return { ...made, ...(await people) };
  } finally {
    dayIsOver.abort();
  }
}

/** Nothing goes wrong any more: everything has to come to its end. */
async function settle(stage: Stage, { fleet, units }: Crew) {
  await clearFaults(stage);
  for (const terminal of fleet.terminals) terminal.setFaults({});
  for (const unit of units) unit.calm?.();
  fleet.pausePunching();
  const isDrained =
    (await untilNoneIsLeft(() => fleet.totals().pending, STALL_MS)) &&
    (await untilNoneIsLeft(() => unread(stage.store, units), STALL_MS));
  const isSettled = await untilNoneIsLeft(() => undelivered(stage.store), STALL_MS);
  const arePeopleSettled = await untilNoneIsLeft(unsettledPeople(stage, say), PEOPLE_STALL_MS);
  return { isDrained, isSettled, arePeopleSettled };
}

async function prepare(stage: Stage): Promise<void> {
  if (!values['without-field']) {
    await addPunchIdField(stage);
    await stage.children.worker.end('SIGTERM'); // it looked at the site before the field was there
    stage.children.worker.start();
  }
  for (const [key, value] of Object.entries(HURRY)) await stage.store.setSetting(key, value, 'chaos');
  await armAnswerDrops(stage, seed);
}

async function play(stage: Stage, crew: Crew): Promise<number> {
  const seconds = clock();
  await prepare(stage);
  const { actions, doors: doorsAsked, byVictim, redisWipes } = await playDay(stage, crew);
  const secondsOfDay = seconds();
  const settled = await settle(stage, crew);
  const punches = crew.punches();
  const account = await settleAccount(stage, punches);
  const brands = new Map(crew.units.map(({ serialNumber, brand }) => [serialNumber, brand]));
  const ackedOf = countBy(punches.map(({ serialNumber }) => brands.get(serialNumber) ?? '?'));
  const people = await settlePeople(stage, crew.units);
  const { violations, faults: terminalFaults } = crew.fleet.totals();
  const run = { actions, doorsAsked, seed, field: !values['without-field'], ...settled, byVictim, redisWipes };
  const more = { terminalFaults, violations, violationExamples: crew.fleet.violations().slice(0, 5), secondsOfDay };
  console.log(JSON.stringify({ kills, ...account, ackedOf, ...people, ...run, ...more, seconds: seconds() }));
  const arePunchesGood = account.lost === 0 && account.doubled === 0 && account.acked > 0;
  const arePeopleGood = people.unsettled + people.effectsLost + people.effectsDoubled === 0;
  if (settled.isDrained && settled.isSettled && arePunchesGood && arePeopleGood) return 0;
  process.stderr.write(`${(await historyOf(stage, people)).join('\n')}\n`);
  for (const child of Object.values(stage.children)) process.stderr.write(`\n── ${child.spec.name}\n${child.said}\n`);
  return 1;
}

/** Ctrl-C: nothing is left behind then either. */
const interruption = (): Promise<number> =>
  new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        process.on('unhandledRejection', () => undefined); // of what loses its parts from now on
        done(130);
      });
  });

async function run(): Promise<number> {
  const interrupted = interruption();
  const biostar = await callBioStar(seed);
  const stage = await setStage(biostar.env);
  let crew: Crew | undefined;
  try {
    crew = await castCrew(stage, biostar, seed, Number(values.rate));
    return await Promise.race([play(stage, crew), interrupted]);
  } finally {
    await crew?.stop();
    await stage.stop();
  }
}

process.exit(await run()); // whatever was under way when it was interrupted would go on
