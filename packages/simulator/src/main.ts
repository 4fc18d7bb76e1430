import { parseArgs } from 'node:util';
import { everyFault, isFaultName, type FaultRates } from './faults.ts';
import { startFleet, type Fleet, type FleetOptions } from './fleet.ts';
import { isSimulatedBrand } from './make-terminal.ts';

const USAGE = `usage: node packages/simulator/src/main.ts [options]

  --host <name>      where the listener is (127.0.0.1)
  --port <number>    its port (8998)
  --count <n>        terminals (20)
  --brand <name>     zkteco, ebkn, aiface or mixed (mixed)
  --profile <name>   only this profile; may be given more than once
  --rate <n>         punches per second over the whole fleet (2)
  --max <n>          stop punching after so many, deliver, and end
  --seed <n>         repeats a run (1)
  --time-scale <f>   multiplies every delay of the firmware (1)
  --utc-offset <min> zone of the terminals until they are told one (0)
  --fault <name=p>   probability of one fault, or all=p; may be given more than once
  --summary          totals every five seconds instead of a line per acknowledged punch
`;

const OPTIONS = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '8998' },
  count: { type: 'string', default: '20' },
  brand: { type: 'string', default: 'mixed' },
  profile: { type: 'string', multiple: true },
  rate: { type: 'string', default: '2' },
  max: { type: 'string' },
  seed: { type: 'string', default: '1' },
  'time-scale': { type: 'string', default: '1' },
  'utc-offset': { type: 'string', default: '0' },
  fault: { type: 'string', multiple: true },
  summary: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new RangeError(`--${name} needs a number, not ${text}`);
  return value;
}

function faultsOf(list: readonly string[]): FaultRates {
  const rates = list.map((text): FaultRates => {
    const [name = '', probability = ''] = text.split('=');
    const rate = numberOf('fault', probability);
    if (name === 'all') return everyFault(rate);
    if (!isFaultName(name)) throw new RangeError(`no fault ${name}`);
    return { [name]: rate };
  });
  return Object.assign({}, ...rates) as FaultRates; // each part is FaultRates
}

const EVERY_BRAND = { zkteco: 3, ebkn: 1, aiface: 1 } as const;

type Arguments = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function fleetOptionsOf(values: Arguments): FleetOptions {
  const brand = values.brand;
  if (brand !== 'mixed' && !isSimulatedBrand(brand)) throw new RangeError(`no brand ${brand}`);
  return {
    target: { host: values.host, port: numberOf('port', values.port) },
    count: numberOf('count', values.count),
    punchesPerSecond: numberOf('rate', values.rate),
    seed: numberOf('seed', values.seed),
    timeScale: numberOf('time-scale', values['time-scale']),
    utcOffsetMinutes: numberOf('utc-offset', values['utc-offset']),
    faults: faultsOf(values.fault ?? []),
    brandMix: brand === 'mixed' ? EVERY_BRAND : { [brand]: 1 },
    ...(values.profile ? { profiles: values.profile } : {}),
    ...(values.max === undefined ? {} : { maxPunches: numberOf('max', values.max) }),
  };
}

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** The account of the whole run on one line. */
function summaryOf(fleet: Fleet): string {
  const { faults, ...totals } = fleet.totals();
  const words = Object.entries({ ...totals, ...faults }).map(([name, value]) => `${name}=${value}`);
  return words.join(' ');
}

/** Runs a fleet until SIGTERM or SIGINT, or until `--max` punches are acknowledged. Answers the exit code. */
async function run(values: Arguments): Promise<number> {
  const fleet = startFleet(fleetOptionsOf(values));
  for (const terminal of fleet.terminals) {
    terminal.on('violation', (each) =>
      process.stderr.write(`violation ${each.serialNumber} ${each.operation}: ${each.sentence}\n`),
    );
    if (values.summary) continue;
    terminal.on('acked', (each) =>
      say([each.serialNumber, each.pin, each.wallTime, each.state, each.verify].join('\t')),
    );
  }
  const ticker = setInterval(() => {
    if (values.summary) say(summaryOf(fleet));
  }, 5000);
  const isSignalled = await untilOver(fleet, values.max === undefined ? undefined : Number(values.max));
  clearInterval(ticker);
  const isDrained = isSignalled || (await fleet.drain(300_000));
  await fleet.stop();
  say(summaryOf(fleet));
  return isDrained && fleet.totals().violations === 0 ? 0 : 1;
}

/** True when a signal ended it, false when the punches are all made. */
function untilOver(fleet: Fleet, max: number | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (max !== undefined && fleet.totals().punched >= max) end(false);
    }, 100);
    const end = (isSignalled: boolean): void => {
      clearInterval(timer);
      resolve(isSignalled);
    };
    process.once('SIGTERM', () => end(true));
    process.once('SIGINT', () => end(true));
  });
}

try {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) process.stdout.write(USAGE);
  else process.exitCode = await run(values);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
