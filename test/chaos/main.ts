// npm run chaos -- --kills N --seed S [--without-field] [--json]
// Kills parts at random while simulated terminals punch, then compares what terminals were told with what the site has.
import { parseArgs } from 'node:util';
import { asSerialNumber } from '@biolistener/core';
import { Fleet, everyFault } from '@biolistener/simulator';
import { settleAccount, untilSettled } from './account.ts';
import { armAnswerDrops, clearFaults, runMonkey } from './monkey.ts';
import { seededRandom } from './random.ts';
import { setStage, type Stage } from './stage.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '30' },
    'without-field': { type: 'boolean', default: false },
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

const TERMINAL_ZONE = 'Asia/Dubai';
const TERMINAL_OFFSET_MINUTES = 240;
/** Nobody in the sandbox has this PIN: its punches must be parked, not lost. */
const UNKNOWN_PIN = '9001';
const PINS = [...Array.from({ length: 50 }, (_, i) => String(i + 1)), UNKNOWN_PIN];
/** Left out: what makes other punches than the terminal believes to have made (clock-reset), and sheer bytes. */
const { 'clock-reset': _, 'big-photo': __, 'big-template': ___, ...FAULTS } = everyFault(0.01);
const SETTLE_MS = 180_000;

function makeFleet(stage: Stage): Fleet {
  return new Fleet({
    target: { host: '127.0.0.1', port: stage.terminalPort },
    count: 8,
    brandMix: { zkteco: 1, ebkn: 1 },
    seed,
    punchesPerSecond: Number(values.rate),
    timeScale: 0.05,
    timeoutMs: 5_000,
    pins: PINS,
    utcOffsetMinutes: TERMINAL_OFFSET_MINUTES,
    faults: FAULTS,
  });
}

async function approve(stage: Stage, fleet: Fleet): Promise<void> {
  for (const { serialNumber, brand } of fleet.terminals) {
    await stage.store.changeTerminal(
      asSerialNumber(serialNumber),
      { status: 'approved', settings: { zone: TERMINAL_ZONE } },
      'chaos',
      brand,
    );
  }
}

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

async function run(): Promise<number> {
  const startedAt = Date.now();
  const stage = await setStage();
  const fleet = makeFleet(stage);
  try {
    if (!values['without-field']) {
      await addPunchIdField(stage);
      await stage.children.worker.end('SIGTERM'); // it looked at the site before the field was there
      stage.children.worker.start();
    }
    await approve(stage, fleet);
    await armAnswerDrops(stage, seed);
    fleet.start();
    const made = await runMonkey(stage, kills, seededRandom(seed), (at, victim) => say(`kill ${at}: ${victim}`));
    await clearFaults(stage);
    const isDrained = await fleet.drain(SETTLE_MS);
    const isSettled = await untilSettled(stage.store, SETTLE_MS);
    const account = await settleAccount(stage, fleet.ackedPunches());
    const { violations, faults } = fleet.totals();
    const result = {
      kills,
      ...account,
      seed,
      field: !values['without-field'],
      isDrained,
      isSettled,
      byVictim: made.byVictim,
      redisWipes: made.redisWipes,
      terminalFaults: faults,
      violations,
      violationExamples: fleet.violations().slice(0, 5),
      seconds: Math.round((Date.now() - startedAt) / 1000),
    };
    console.log(JSON.stringify(result));
    const isGood = isDrained && isSettled && account.lost === 0 && account.doubled === 0 && account.acked > 0;
    if (!isGood)
      for (const child of Object.values(stage.children))
        process.stderr.write(`\n── ${child.spec.name}\n${child.said}\n`);
    return isGood ? 0 : 1;
  } finally {
    await fleet.stop();
    await stage.stop();
  }
}

process.exitCode = await run();
