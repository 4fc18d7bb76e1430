import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { controlOf } from '../src/control.ts';
import { disable, enable, listInstalled, status } from '../src/index.ts';
import { certificateIn, freePort, machine, stopNginx, type Machine } from './machine.ts';
import { get, talk, upstream, type Upstream } from './wire.ts';

let here: Machine;
let listener: Upstream;
let port: number;
let upstreams: string;
beforeEach(async () => {
  here = await machine();
  await here.start();
  listener = await upstream();
  upstreams = `127.0.0.1:${listener.port}`;
  port = await freePort();
});
afterEach(async () => {
  await here.stop();
  await listener.close();
});

const answers = async (at = port): Promise<boolean> => {
  const text = await talk(at, get('/')).catch(() => ''); // refused: nobody listens
  return text.startsWith('HTTP/1.1 200');
};

describe('enable and disable', () => {
  test.each(['conf.d', 'sites', 'bench'] as const)(
    'in the layout %s a port comes up, and disabling leaves no trace',
    async (kind) => {
      const bench = join(here.root, 'bench');
      await mkdir(join(bench, 'config'), { recursive: true });
      const layout = (await here.layouts({ bench })).find((one) => one.kind === kind)!;
      const before = await here.listing();

      const enabled = await enable({ port, site: 'hr.example.com', upstreams, listen: '127.0.0.1' }, { layout });
      expect(enabled).toMatchObject({ layout: kind, effect: 'reloaded' });
      expect(await answers()).toBe(true);
      expect(await status({ layout, port })).toMatchObject({
        status: 'enabled',
        site: 'hr.example.com',
        nginx: { running: true, configurationValid: true },
        inForce: true,
        answered: { ok: true },
      });

      const { removed, effect } = await disable({ layout, port });
      expect(effect).toBe('reloaded');
      expect(removed.toSorted()).toEqual(
        [enabled.file, ...(enabled.link === undefined ? [] : [enabled.link])].toSorted(),
      );
      expect(await answers()).toBe(false);
      expect(await here.listing()).toEqual(before);
      expect(await status({ layout, port })).toMatchObject({ status: 'disabled', answered: { ok: false } });
    },
  );

  test('the second time nothing changes and nginx is left alone', async () => {
    const [layout] = await here.layouts();
    await enable({ port, upstreams }, { layout: layout! });
    const control = { ...controlOf(layout!), reload: () => Promise.reject(new Error('must not reload')) };
    expect((await enable({ port, upstreams }, { layout: layout!, control })).effect).toBe('unchanged');
    await disable({ layout: layout!, port });
    expect(await disable({ layout: layout!, port, control })).toEqual({ removed: [], effect: 'unchanged' });
  });

  test('a file that is right but not in force is put into force', async () => {
    const [layout] = await here.layouts();
    const { file } = await enable({ port, upstreams }, { layout: layout! });
    const text = await readFile(file);
    await disable({ layout: layout!, port });
    await writeFile(file, text);
    expect((await enable({ port, upstreams }, { layout: layout! })).effect).toBe('reloaded');
    expect(await answers()).toBe(true);
  });

  test('a block in a bench is found again by whoever does not name the bench', async () => {
    const bench = join(here.root, 'bench');
    await mkdir(join(bench, 'config'), { recursive: true });
    const before = await here.listing();
    const { file } = await enable({ port, upstreams }, { root: here.root, bench });
    expect(file).toBe(join(bench, `config/biolistener-default-${port}.conf`));
    expect(await status({ root: here.root, port })).toMatchObject({ status: 'enabled', file, inForce: true });
    const other = await enable({ port: await freePort(), site: 'other', upstreams }, { root: here.root });
    expect(other.layout).toBe('conf.d'); // what is found goes on, what is new goes where it always did
    await disable({ root: here.root, site: 'other' });
    expect((await disable({ root: here.root, port })).removed).toContain(file);
    expect(await here.listing()).toEqual(before);
  });

  test('the plain port beside TLS names the block too, and is not taken away alone', async () => {
    const [layout] = await here.layouts();
    const plainPort = await freePort();
    const tls = certificateIn(here.root);
    await enable({ port, plainPort, upstreams, ...tls }, { layout: layout! });
    expect(await status({ layout: layout!, port })).toMatchObject({ status: 'enabled', port, tls: true });
    const plain = await status({ layout: layout!, port: plainPort });
    expect(plain).toMatchObject({ status: 'enabled', port: plainPort, tls: false, answered: { ok: true } });
    expect(plain.urls.zkteco).toMatch(new RegExp(`^http://.*:${plainPort}/iclock$`));
    const attempt = disable({ layout: layout!, port: plainPort });
    await expect(attempt).rejects.toMatchObject({ code: 'NGINX_SITE_UNCLEAR' });
    await expect(attempt).rejects.toThrow(`beside port ${port}`);
    expect((await disable({ layout: layout!, port })).removed).toHaveLength(1);
  });

  test('how many connections a worker of this nginx takes is told', async () => {
    const [layout] = await here.layouts();
    expect((await enable({ port, upstreams }, { layout: layout! })).workerConnections).toBe(256);
  });

  test('an nginx that does not run is started', async () => {
    const [layout] = await here.layouts();
    await stopNginx(controlOf(layout!));
    expect((await enable({ port, upstreams }, { layout: layout! })).effect).toBe('started');
    expect(await answers()).toBe(true);
  });

  test('two sites at two ports stand side by side, and one goes without the other', async () => {
    const [layout] = await here.layouts();
    const second = await freePort();
    await enable({ port, site: 'one', upstreams, requestsPerSecond: 100 }, { layout: layout! });
    await enable({ port: second, site: 'two', upstreams, requestsPerSecond: 100 }, { layout: layout! });
    expect([await answers(), await answers(second)]).toEqual([true, true]);
    expect((await listInstalled([layout!])).map((one) => one.site).toSorted()).toEqual(['one', 'two']);
    await expect(disable({ layout: layout! })).rejects.toMatchObject({ code: 'NGINX_SITE_UNCLEAR' });
    await disable({ layout: layout!, site: 'one' });
    expect([await answers(), await answers(second)]).toEqual([false, true]);
  });
});

describe('refusals', () => {
  test('a port held by another program is refused and the program named', async () => {
    const [layout] = await here.layouts();
    const before = await here.listing();
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const taken = (holder.address() as AddressInfo).port; // a TCP server has no other kind of address
    const attempt = enable({ port: taken, upstreams }, { layout: layout! });
    await expect(attempt).rejects.toMatchObject({ code: 'NGINX_PORT_TAKEN' });
    await expect(attempt).rejects.toThrow(new RegExp(`port ${taken} is held by .+ \\(pid ${process.pid}\\)`));
    expect(await here.listing()).toEqual(before);
    holder.close();
  });

  test("a port of another server block is refused and its file named, also another site's", async () => {
    const [layout] = await here.layouts();
    const neighbour = join(here.etc, 'conf.d/neighbour.conf');
    await writeFile(neighbour, `server { listen 127.0.0.1:${port}; }\n`);
    await expect(enable({ port, upstreams }, { layout: layout! })).rejects.toThrow(neighbour);
    await rm(neighbour);
    const { file } = await enable({ port, site: 'one', upstreams }, { layout: layout! });
    await expect(enable({ port, site: 'two', upstreams }, { layout: layout! })).rejects.toThrow(file);
  });

  test('a file that a person edited is left alone unless forced', async () => {
    const [layout] = await here.layouts();
    const { file } = await enable({ port, upstreams }, { layout: layout! });
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace('client_max_body_size 64m', 'client_max_body_size 65m'),
    );
    const edited = { code: 'NGINX_FILE_EDITED' };
    await expect(enable({ port, upstreams }, { layout: layout! })).rejects.toMatchObject(edited);
    await expect(disable({ layout: layout!, port })).rejects.toMatchObject(edited);
    expect(await status({ layout: layout!, port })).toMatchObject({ edited: true, status: 'enabled' });
    expect((await disable({ layout: layout!, port, force: true })).removed).toEqual([file]);
  });

  test("somebody else's file at our place is never touched", async () => {
    const [layout] = await here.layouts();
    const file = join(here.etc, `conf.d/biolistener-default-${port}.conf`);
    await writeFile(file, '# mine\n');
    const attempt = enable({ port, upstreams }, { layout: layout!, force: true });
    await expect(attempt).rejects.toMatchObject({ code: 'NGINX_FILE_FOREIGN' });
    expect(await disable({ layout: layout!, port, force: true })).toEqual({ removed: [], effect: 'unchanged' });
    expect(await readFile(file, 'utf8')).toBe('# mine\n');
  });
});

describe('the way back', () => {
  test('a broken neighbour makes nginx -t fail: the former files are back and the message names the neighbour', async () => {
    const [layout] = await here.layouts();
    await enable({ port, upstreams }, { layout: layout! });
    const neighbour = join(here.etc, 'conf.d/neighbour.conf');
    await writeFile(neighbour, 'server { nonsense; }\n');
    const before = await here.listing();
    const attempt = enable({ port, upstreams, bodySize: '1m' }, { layout: layout! });
    await expect(attempt).rejects.toMatchObject({ code: 'NGINX_CONFIG_INVALID' });
    await expect(attempt).rejects.toThrow(new RegExp(`${neighbour}:1.*so it was before`));
    expect(await here.listing()).toEqual(before);
    await expect(disable({ layout: layout!, port })).rejects.toMatchObject({ code: 'NGINX_CONFIG_INVALID' });
    expect(await here.listing()).toEqual(before);
    expect(await answers()).toBe(true);
  });

  test('a certificate that is not there is refused by nginx -t and nothing stays', async () => {
    const [layout] = await here.layouts();
    const before = await here.listing();
    const tls = { certificate: '/nonexistent/a.crt', key: '/nonexistent/a.key' };
    await expect(enable({ port, upstreams, ...tls }, { layout: layout! })).rejects.toThrow(/a\.crt.*back in place\.$/);
    expect(await here.listing()).toEqual(before);
  });

  test('a reload that fails puts the former files back and into force', async () => {
    const [layout] = await here.layouts();
    await enable({ port, upstreams, bodySize: '1m' }, { layout: layout! });
    const before = await here.listing();
    const real = controlOf(layout!);
    let reloads = 0;
    const control = {
      ...real,
      reload: () => (++reloads === 1 ? Promise.reject(new Error('no reload')) : real.reload()),
    };
    const attempt = enable({ port, upstreams, bodySize: '2m' }, { layout: layout!, control });
    await expect(attempt).rejects.toThrow('no reload. The former files are back in place and in force.');
    expect(await here.listing()).toEqual(before);
    expect(await status({ layout: layout!, port })).toMatchObject({ inForce: true });
  });

  test('an nginx that cannot be started says why in its own words, and nothing stays', async () => {
    const [layout] = await here.layouts();
    await stopNginx(controlOf(layout!));
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port: held } = holder.address() as AddressInfo; // a TCP server has no other kind of address
    holder.unref();
    await writeFile(join(here.etc, 'conf.d/neighbour.conf'), `server { listen 127.0.0.1:${held}; }\n`);
    const before = await here.listing();
    const attempt = enable({ port, upstreams }, { layout: layout! });
    await expect(attempt).rejects.toMatchObject({ code: 'NGINX_START_FAILED' });
    await expect(attempt).rejects.toThrow(new RegExp(`bind\\(\\) to 127\\.0\\.0\\.1:${held} failed .*back in place`));
    expect(await here.listing()).toEqual(before);
    holder.close();
  });

  test('a reload that nginx swallows, because the port was taken meanwhile, is noticed and rolled back', async () => {
    const [layout] = await here.layouts();
    const before = await here.listing();
    const real = controlOf(layout!);
    const holder = createServer((socket) => socket.destroy());
    const grab = (): Promise<void> => new Promise((resolve) => holder.listen(port, '127.0.0.1', resolve));
    const control = { ...real, reload: () => grab().then(() => real.reload()) };
    const attempt = enable({ port, upstreams, listen: '127.0.0.1' }, { layout: layout!, control, patienceMs: 300 });
    await expect(attempt).rejects.toMatchObject({ code: 'NGINX_RELOAD_FAILED' });
    expect(await here.listing()).toEqual(before);
    await new Promise((resolve) => holder.close(resolve));
  });
});
