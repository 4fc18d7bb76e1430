// npm run bench [-- --json] [--quick]
// Ratios within one run on one machine; the last line is one JSON object. docs/benchmarks.md says what each means.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureBulk } from './bulk.ts';
import { load, median, quiet, type LoadOptions, type LoadResult } from './load.ts';
import { measureBacklog } from './backlog.ts';
import { measureFanOut } from './fan-out.ts';
import { cpuMicros } from './process-use.ts';
import { measureMemory } from './memory.ts';
import { measurePull } from './pull.ts';
import { measurePush, PUSH_WAYS, type PushResult, type Way } from './push.ts';
import { measureSockets } from './sockets.ts';
import { poll, upload } from './requests.ts';
import { setBenchStage } from './stage.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
});
const size = values.quick
  ? {
      rounds: 2,
      milliseconds: 200,
      terminals: 200,
      memorySeconds: 4,
      rows: 1_000,
      commands: 1_000,
      fanOut: 100,
      pulled: 2_000,
      sockets: 200,
      idleSeconds: 2,
    }
  : {
      rounds: 15,
      milliseconds: 600,
      terminals: 10_000,
      memorySeconds: 40,
      rows: 10_000,
      commands: 10_000,
      fanOut: 1_000,
      pulled: 100_000,
      sockets: 10_000,
      idleSeconds: 60,
    };
const CONNECTIONS = 64;
const say = (text: string): void => {
  if (!values.json)
    process.stderr.write(`${text}
`);
};
const round = (value: number): number => Math.round(value * 1000) / 1000;
/** For ratios that are small by nature. */
const fine = (value: number): number => Math.round(value * 100_000) / 100_000;

interface Compared {
  readonly ours: number;
  readonly baseline: number;
  readonly ratio: number;
  /** Processor time of the listener per request, all its threads, µs: steadier than the ratio where others use the machine. */
  readonly cpuMicros: number;
}

/** Ours and the baseline in turns, so that whatever else the machine does meets both; the ratio is the median of the rounds'. */
async function compare(
  name: string,
  ports: { ours: number; baseline: number },
  request: LoadOptions['request'],
): Promise<Compared> {
  const rounds: Compared[] = [];
  for (let at = 0; at <= size.rounds; at += 1) {
    const before = cpuMicros(stage.listenerPid());
    const ours = await run(ports.ours, request);
    const spent = cpuMicros(stage.listenerPid()) - before;
    await quiet();
    const baseline = await run(ports.baseline, request);
    // the first round warms both up
    if (at > 0)
      rounds.push({
        ours: ours.perSecond,
        baseline: baseline.perSecond,
        ratio: ours.perSecond / baseline.perSecond,
        cpuMicros: spent / ours.replies,
      });
  }
  const result = {
    ours: Math.round(median(rounds.map((each) => each.ours))),
    baseline: Math.round(median(rounds.map((each) => each.baseline))),
    ratio: round(median(rounds.map((each) => each.ratio))),
    cpuMicros: Math.round(median(rounds.map((each) => each.cpuMicros))),
  };
  say(
    `${name}: ${result.ours}/s against ${result.baseline}/s = ${result.ratio}, ${result.cpuMicros} µs of processor each`,
  );
  return result;
}

async function run(port: number, request: LoadOptions['request']): Promise<LoadResult> {
  const result = await load({
    port,
    connections: CONNECTIONS,
    milliseconds: size.milliseconds,
    request,
  });
  if (result.refusals > 0) throw new Error(`${result.refusals} requests were refused`);
  return result;
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
  const push: Partial<Record<Way, PushResult>> = {};
  for (const way of PUSH_WAYS) {
    const result = await measurePush(way, stage, size, CONNECTIONS);
    push[way] = result;
    say(
      `one punch of ${way}, durable: ${Math.round(result.ours)}/s against ${Math.round(result.baseline)}/s = ${round(result.ratio)}`,
    );
  }
  const bulk = await measureBulk(stage, size.rows, size.rounds);
  say(
    `${size.rows} lines: ${Math.round(bulk.rowsPerSecond)} rows/s against ${Math.round(bulk.bulkRowsPerSecond)} rows/s in bulk = ${round(bulk.ratio)}`,
  );
  const backlog = await measureBacklog(stage, size, CONNECTIONS);
  say(
    `idle poll, ${size.commands} commands waiting for others: ${Math.round(backlog.withBacklog)}/s against ${Math.round(backlog.alone)}/s with none = ${round(backlog.ratio)}`,
  );
  const fanOut = await measureFanOut(size.fanOut, size.rounds);
  say(
    `one person at ${size.fanOut} terminals: ${Math.round(fanOut.commandsPerSecond)} commands/s against ${Math.round(fanOut.bullJobsPerSecond)} jobs/s of BullMQ = ${round(fanOut.ratio)}`,
  );
  const pull = await measurePull(size.pulled, size.rounds);
  say(
    `${size.pulled} records pulled: ${Math.round(pull.readPerSecond)}/s read, ${Math.round(pull.storedPerSecond)}/s stored, against ${Math.round(pull.barePerSecond)}/s over a bare socket = ${fine(pull.readRatio)}, ${fine(pull.storedRatio)}`,
  );
  const sockets = await measureSockets(size.sockets, size.idleSeconds);
  say(
    `${sockets.sockets} idle sockets: ${sockets.rssKiBEach.toFixed(1)} KiB resident each, ${sockets.heapKiBEach.toFixed(1)} KiB of them heap; ${sockets.alive} open at the end`,
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
      access_punch_ratio: round(push.access?.ratio ?? 0),
      ebkn_punch_ratio: round(push.ebkn?.ratio ?? 0),
      aiface_punch_ratio: round(push.aiface?.ratio ?? 0),
      upload_10k_ratio: round(bulk.ratio),
      poll_with_backlog_ratio: round(backlog.ratio),
      fanout_ratio: round(fanOut.ratio),
      pull_ratio: fine(pull.readRatio),
      pull_stored_ratio: fine(pull.storedRatio),
      rss_mib: Math.round(memory.rssMiB),
      rss_growth_mib: round(memory.growthMiB),
      socket_rss_kib: round(sockets.rssKiBEach),
      socket_heap_kib: round(sockets.heapKiBEach),
      sockets_alive: sockets.alive,
      cli_help_ms: cli.helpMs,
      node_start_ms: cli.nodeMs,
      details: {
        pollDirect,
        pollNginx,
        punch,
        bulk: { rowsPerSecond: Math.round(bulk.rowsPerSecond), bulkRowsPerSecond: Math.round(bulk.bulkRowsPerSecond) },
        backlog: {
          commands: size.commands,
          alone: Math.round(backlog.alone),
          withBacklog: Math.round(backlog.withBacklog),
          aloneCpuMicros: round(backlog.aloneCpuMicros),
          withBacklogCpuMicros: round(backlog.withBacklogCpuMicros),
        },
        fanOut: {
          terminals: size.fanOut,
          commands: fanOut.commands,
          commandsPerSecond: Math.round(fanOut.commandsPerSecond),
          bullJobsPerSecond: Math.round(fanOut.bullJobsPerSecond),
        },
        pull: {
          records: pull.records,
          readPerSecond: Math.round(pull.readPerSecond),
          storedPerSecond: Math.round(pull.storedPerSecond),
          barePerSecond: Math.round(pull.barePerSecond),
        },
        push,
        sockets,
        memory,
      },
    }),
  );
} finally {
  await stage.stop();
}
