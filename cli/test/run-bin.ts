import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BIN = join(import.meta.dirname, '../bin/biolistener.mjs');

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with settings of its own, in which the real command runs without a terminal window. */
export interface Workplace {
  readonly dir: string;
  readonly dataDir: string;
  run(...words: string[]): Promise<Outcome>;
  /** Runs with `--json` and parses what came. */
  json(...words: string[]): Promise<{ readonly code: number; readonly value: unknown }>;
  /** As `run`, with other environment variables. */
  runWith(environment: Readonly<Record<string, string>>, ...words: string[]): Promise<Outcome>;
  remove(): void;
}

export async function openWorkplace(): Promise<Workplace> {
  const dir = mkdtempSync(join(tmpdir(), 'biolistener-cli-'));
  const dataDir = join(dir, 'data');
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    BIOLISTENER_DATA_DIR: dataDir,
    BIOLISTENER_TIME_ZONE: 'Asia/Kolkata',
    ...(await freePorts()),
  };
  const runWith: Workplace['runWith'] = (more, ...words) =>
    new Promise((resolve) => {
      const options = { cwd: dir, env: { ...environment, ...more } };
      const child = execFile(process.execPath, [BIN, ...words], options, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
      child.stdin?.end();
    });
  const run: Workplace['run'] = (...words) => runWith({}, ...words);
  return {
    dir,
    dataDir,
    run,
    runWith,
    async json(...words) {
      const { code, stdout } = await run(...words, '--json');
      return { code, value: JSON.parse(stdout) as unknown };
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

const PORTS = [
  'BIOLISTENER_PORT',
  'BIOLISTENER_API_PORT',
  'BIOLISTENER_LISTENER_PORT',
  'BIOLISTENER_REDIS_PORT',
  'BIOLISTENER_SANDBOX_PORT',
] as const;

/** Ports on which nothing waits, held at the same time so that they differ. */
async function freePorts(): Promise<Record<string, string>> {
  const servers = await Promise.all(PORTS.map(listenAnywhere));
  const ports = servers.map((server) => {
    const address = server.address();
    return String(typeof address === 'object' && address !== null ? address.port : 0);
  });
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return Object.fromEntries(PORTS.map((name, i) => [name, ports[i] ?? '0']));
}

const listenAnywhere = (): Promise<ReturnType<typeof createServer>> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
