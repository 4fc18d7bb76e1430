import { afterEach, describe, expect, test } from '@jest/globals';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  blockState,
  disable,
  enable,
  parseSettings,
  privateLayout,
  render,
  startPrivateNginx,
  status,
  type PrivateNginx,
} from '../src/index.ts';
import { freePort, tempDir } from './machine.ts';
import { get, talk, upstream } from './wire.ts';

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start(dir: string, port: number, upstreams = '127.0.0.1:1'): Promise<PrivateNginx> {
  const nginx = await startPrivateNginx({ dir, port, upstreams });
  undo.push(() => nginx.stop(500));
  return nginx;
}

async function directory(): Promise<string> {
  const dir = await tempDir();
  undo.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

describe('the private nginx', () => {
  test('it answers once it has started and is gone once it has stopped', async () => {
    const listener = await upstream();
    undo.push(() => listener.close());
    const dir = await directory();
    const port = await freePort();
    const nginx = await start(dir, port, `127.0.0.1:${listener.port}`);
    expect(await talk(port, get('/iclock/ping'))).toMatch(/^HTTP\/1\.1 200 [\s\S]*OK$/);
    await nginx.stop();
    await nginx.stop();
    expect(await nginx.exited).toEqual({ code: 0, signal: null });
    await expect(talk(port, get('/'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('a pid file whose number belongs to another program is no obstacle, and that program lives on', async () => {
    const dir = await directory();
    await writeFile(join(dir, 'nginx.pid'), `${process.pid}\n`);
    const nginx = await start(dir, await freePort());
    expect((await readFile(join(dir, 'nginx.pid'), 'utf8')).trim()).toBe(String(nginx.pid));
  });

  test('an nginx that a dead owner left behind is replaced', async () => {
    const dir = await directory();
    const port = await freePort();
    const left = await start(dir, port);
    // Number 1 lives, but did not start at this time: the owner's number was given to another process.
    await writeFile(join(dir, 'owner.pid'), '1 123456789012\n');
    const fresh = await start(dir, port);
    await left.exited;
    expect(fresh.pid).not.toBe(left.pid);
    expect(await status({ layout: await privateLayout(dir) })).toMatchObject({
      nginx: { running: true },
      inForce: true,
    });
  });

  test('a second start in the same directory is refused while the owner lives', async () => {
    const dir = await directory();
    await start(dir, await freePort());
    await expect(start(dir, await freePort())).rejects.toMatchObject({ code: 'NGINX_ALREADY_RUNNING' });
  });

  test('a taken port is refused and its holder named', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    undo.push(() => new Promise((resolve) => holder.close(resolve)));
    const { port } = holder.address() as AddressInfo; // a TCP server has no other kind of address
    await expect(start(await directory(), port)).rejects.toThrow(`(pid ${process.pid})`);
  });

  test('what keeps it from starting is told in its own words, and no process stays', async () => {
    const dir = await directory();
    const port = await freePort();
    const first = await start(dir, port);
    await first.stop();
    await writeFile(join(dir, 'conf.d/broken.conf'), 'nonsense;\n');
    await expect(start(dir, port)).rejects.toThrow(/unknown directive "nonsense" in .*broken\.conf:1/);
    await rm(join(dir, 'conf.d/broken.conf'));
    await start(dir, port);
  });

  test('whether terminals are answered at its port is told apart from whether it runs', async () => {
    const dir = await directory();
    const [port, second] = [await freePort(), await freePort()];
    const { layout, settings } = await start(dir, port);
    const other = { layout, settings: { ...settings, port: second } };
    const states = async () => [await blockState({ layout, settings }), await blockState(other)];
    expect(await states()).toEqual(['answers', 'disabled']);
    await disable({ layout, port });
    await enable({ port: second }, { layout });
    expect(await states()).toEqual(['disabled', 'answers']);
    await enable({ port, listen: '127.0.0.2' }, { layout }); // asked where it is now, not where it was
    expect(await states()).toEqual(['answers', 'answers']);
    const third = parseSettings({ port: await freePort() });
    await writeFile(join(dir, `conf.d/biolistener-default-${third.port}.conf`), render(third)); // and nobody reloads
    expect(await blockState({ layout, settings: third })).toBe('silent');
  });

  test('blocks enabled beside the first come up again with it', async () => {
    const dir = await directory();
    const [port, second] = [await freePort(), await freePort()];
    const layout = await privateLayout(dir);
    const nginx = await start(dir, port);
    expect(await enable({ port: second, site: 'second' }, { layout })).toMatchObject({ effect: 'reloaded' });
    await nginx.stop();
    await start(dir, port);
    expect(await status({ layout, port: second })).toMatchObject({ inForce: true });
    expect(await disable({ layout, port: second })).toMatchObject({ effect: 'reloaded' });
  });
});
