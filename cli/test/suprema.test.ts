import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSelfSigned, SimulatedBioStar } from '@biolistener/simulator';
import { openWorkplace, type Workplace } from './run-bin.ts';

jest.setTimeout(120_000);

let place: Workplace;
let file: string;
let password: string;
const biostar = new SimulatedBioStar();
biostar.addDevice('546832590', 'Gate 1');

beforeAll(async () => {
  place = await openWorkplace();
  await biostar.start();
  file = join(place.dir, 'biolistener.env');
  password = join(place.dir, 'password.txt');
  writeFileSync(password, 'open sesame\n');
});
afterAll(async () => {
  await biostar.stop();
  place.remove();
});
beforeEach(() => rmSync(file, { force: true }));

const connect = (...words: string[]) =>
  place.run('suprema', 'connect', '--url', biostar.url, '--login', 'sidecar', '--password-file', password, ...words);

test('a certificate that nobody compared is shown and not accepted, whatever --yes says', async () => {
  const outcome = await connect('--save', '--yes');
  expect(outcome.code).toBe(5);
  expect(outcome.stderr).toContain(biostar.identity.fingerprint);
  expect(existsSync(file)).toBe(false);
  expect(biostar.sessions.logins).toBe(0);
});

test('another certificate than the one that was named is refused', async () => {
  const outcome = await connect('--save', '--pin', makeSelfSigned().fingerprint);
  expect(outcome.code).toBe(5);
  expect(existsSync(file)).toBe(false);
});

test('with its fingerprint the server is connected, saved, and checked; no password is printed', async () => {
  const outcome = await connect('--save', '--pin', biostar.identity.fingerprint);
  expect(outcome).toMatchObject({ code: 0 });
  expect(outcome.stdout).toMatch(/546832590 +Gate 1 +connected/);
  expect(readFileSync(file, 'utf8')).toContain(`BIOLISTENER_SUPREMA_PIN=${biostar.identity.fingerprint}`);
  const check = await place.run('suprema', 'check');
  expect(check).toMatchObject({ code: 0 });
  expect(check.stdout).toMatch(/546832590 +Gate 1 +connected +not seen yet/);
  expect(outcome.stdout + outcome.stderr + check.stdout + check.stderr).not.toContain('open sesame');
});

test('a refused login saves nothing', async () => {
  writeFileSync(join(place.dir, 'wrong.txt'), 'wrong');
  const outcome = await connect(
    '--save',
    '--pin',
    biostar.identity.fingerprint,
    '--password-file',
    join(place.dir, 'wrong.txt'),
  );
  expect(outcome.code).toBe(4);
  expect(outcome.stderr).toContain('refuses the login');
  expect(existsSync(file)).toBe(false);
});

test('without a server there is nothing to check', async () => {
  expect((await place.run('suprema', 'check')).code).toBe(3);
});
