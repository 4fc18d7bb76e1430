import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlOf, type Control } from '../src/control.ts';
import { detectLayouts, type Layout } from '../src/layouts.ts';

export async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'biolistener-nginx-'));
  await chmod(dir, 0o755); // when root runs the tests, nginx's workers are another user
  return dir;
}

/** A key and a certificate that it signed itself. */
export function certificateIn(dir: string): { certificate: string; key: string } {
  const made = { certificate: join(dir, 'terminal.crt'), key: join(dir, 'terminal.key') };
  const files = ['-keyout', made.key, '-out', made.certificate];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=terminal.test'];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...kind, ...files], { stdio: 'ignore' });
  return made;
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo; // a TCP server has no other kind of address
      server.close(() => resolve(port));
    });
  });
}

/** A directory that looks like a machine with nginx as Debian sets it up, and a real nginx that runs from it. */
export interface Machine {
  readonly root: string;
  readonly etc: string;
  layouts(options?: { bench?: string }): Promise<Layout[]>;
  /** Every path below etc/nginx with its content or link target: two listings compare byte for byte. */
  listing(): Promise<Record<string, string>>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function machine(): Promise<Machine> {
  const root = await tempDir();
  const etc = join(root, 'etc/nginx');
  for (const dir of ['conf.d', 'sites-available', 'sites-enabled']) await mkdir(join(etc, dir), { recursive: true });
  await mkdir(join(root, 'temp'));
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (one) => `${one}_temp_path ${root}/temp/${one};`,
  );
  await writeFile(
    join(etc, 'nginx.conf'),
    `pid ${root}/nginx.pid; error_log ${root}/error.log; worker_processes 1; events { worker_connections 256; }
http { access_log off; ${temps.join(' ')}
include conf.d/*.conf;
include sites-enabled/*; }\n`,
  );
  const layouts = (options: { bench?: string } = {}): Promise<Layout[]> => detectLayouts(root, options);
  const [layout] = await layouts();
  if (layout === undefined) throw new Error('the directories made above are not found');
  const control = controlOf(layout);
  return {
    root,
    etc,
    layouts,
    listing: () => listing(etc),
    start: async () => {
      await control.start();
      // A signal that comes before the master has its workers is lost on it.
      await until(async () => (await childrenOf(await control.master())) !== '');
    },
    stop: async () => {
      await stopNginx(control);
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Ends the nginx of a machine and waits until it is gone. */
export async function stopNginx(control: Control): Promise<void> {
  const pid = await control.master();
  if (pid === undefined) return;
  process.kill(pid, 'SIGTERM');
  await until(async () => (await control.master()) === undefined);
}

const childrenOf = (pid: number | undefined): Promise<string> =>
  readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => ''); // no process, no children

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('nginx did not come to that state');
}

async function listing(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) Object.assign(found, { [`${path}/`]: 'directory' }, await listing(path));
    else found[path] = entry.isSymbolicLink() ? `-> ${await readlink(path)}` : await readFile(path, 'utf8');
  }
  return found;
}
