// npm run bench [-- --json] [--quick]
// Ratios within one run on one machine; the last line is one JSON object. docs/benchmarks.md says what each means.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureBulk } from './bulk.ts';
import { load, median, type LoadOptions } from './load.ts';
import { measureMemory } from './memory.ts';
import { poll, upload } from './requests.ts';
import { setBenchStage } from './stage.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
});
const size = values.quick
  ? { rounds: 2, milliseconds: 200, terminals: 200, memorySeconds: 4, rows: 1_000 }
  : { rounds: 9, milliseconds: 1_000, terminals: 10_000, memorySeconds: 40, rows: 10_000 };
const CONNECTIONS = 64;
const say = (text: string): void => {
  if (!values.json)
    process.stderr.write(`${text}
`);
};
const round = (value: number): number => Math.round(value * 1000) / 1000;

interface Compared {
  readonly ours: number;
  readonly baseline: number;
  readonly ratio: number;
}

/** Ours and the baseline in turns, so that whatever else the machine does meets both; the ratio is the median of the rounds'. */
async function compare(
  name: string,
  ports: { ours: number; baseline: number },
  request: LoadOptions['request'],
): Promise<Compared> {
  const rounds: Compared[] = [];
  for (let at = 0; at <= size.rounds; at += 1) {
    const [ours, baseline] = [await run(ports.ours, request), await run(ports.baseline, request)];
    if (at > 0) rounds.push({ ours, baseline, ratio: ours / baseline }); // the first round warms both up
  }
  const result = {
    ours: Math.round(median(rounds.map((each) => each.ours))),
    baseline: Math.round(median(rounds.map((each) => each.baseline))),
    ratio: round(median(rounds.map((each) => each.ratio))),
  };
  say(`${name}: ${result.ours}/s against ${result.baseline}/s = ${result.ratio}`);
  return result;
}

async function run(port: number, request: LoadOptions['request']): Promise<number> {
  const { perSecond, refusals } = await load({
    port,
    connections: CONNECTIONS,
    milliseconds: size.milliseconds,
    request,
  });
  if (refusals > 0) throw new Error(`${refusals} requests were refused`);
  return perSecond;
}

/** Wall time of `biolistener --help`, and of a Node that does nothing. */
function measureHelp(): { helpMs: number; nodeMs: number } {
  const bin = resolve(import.meta.dirname, '../../cli/bin/biolistener.mjs');
  const time = (words: string[]): number => {
    const startedAt = performance.now();
    spawnSync(process.execPath, words);
    return performance.now() - startedAt;
  };
  const tries = Array.from({ length: 7 }, () => ({ help: time([bin, '--help']), node: time(['-e', '0']) }));
  return {
    helpMs: Math.round(median(tries.map((each) => each.help))),
    nodeMs: Math.round(median(tries.map((each) => each.node))),
  };
}

const stage = await setBenchStage(size.terminals);
try {
  const { ports } = stage;
  // first: a listener that has done nothing else yet
  const memory = await measureMemory(stage, size.terminals, size.memorySeconds);
  say(
    `${memory.terminals} terminals polling: ${Math.round(memory.rssMiB)} MiB resident, ${memory.growthMiB.toFixed(1)} MiB growth over the second half`,
  );
  const pollDirect = await compare('idle poll, direct', { ours: ports.listener, baseline: ports.bare }, poll);
  const pollNginx = await compare(
    'idle poll, through nginx',
    { ours: ports.nginxListener, baseline: ports.nginxBare },
    poll,
  );
  const punch = await compare('one punch, durable', { ours: ports.listener, baseline: ports.bare }, (connection) =>
    upload(connection, 1),
  );
  const bulk = await measureBulk(stage, size.rows, size.rounds);
  say(
    `${size.rows} lines: ${Math.round(bulk.rowsPerSecond)} rows/s against ${Math.round(bulk.bulkRowsPerSecond)} rows/s in bulk = ${round(bulk.ratio)}`,
  );
  const cli = measureHelp();
  say(`biolistener --help: ${cli.helpMs} ms (node alone ${cli.nodeMs} ms)`);
  console.log(
    JSON.stringify({
      node: process.version,
      connections: CONNECTIONS,
      poll_direct_ratio: pollDirect.ratio,
      poll_nginx_ratio: pollNginx.ratio,
      punch_ratio: punch.ratio,
      upload_10k_ratio: round(bulk.ratio),
      rss_mib: Math.round(memory.rssMiB),
      rss_growth_mib: round(memory.growthMiB),
      cli_help_ms: cli.helpMs,
      node_start_ms: cli.nodeMs,
      details: {
        pollDirect,
        pollNginx,
        punch,
        bulk: { rowsPerSecond: Math.round(bulk.rowsPerSecond), bulkRowsPerSecond: Math.round(bulk.bulkRowsPerSecond) },
        memory,
      },
    }),
  );
} finally {
  await stage.stop();
}
