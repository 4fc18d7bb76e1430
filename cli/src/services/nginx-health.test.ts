import { expect, test } from '@jest/globals';
import type { BlockState, PrivateNginx } from '@biolistener/nginx';
import { createNginxHealth } from './nginx-health.ts';

type Running = Pick<PrivateNginx, 'layout' | 'settings'>;
const nginxAt = (port: number): Running =>
  ({ settings: { port }, layout: { conf: '/data/nginx/nginx.conf' } }) as Running; // all that is read of it

/** A health whose port answers as the test says. */
function bench() {
  const stage = { state: 'answers' as BlockState | Error, now: 0, looks: 0 };
  const health = createNginxHealth(
    () => {
      stage.looks += 1;
      return stage.state instanceof Error ? Promise.reject(stage.state) : Promise.resolve(stage.state);
    },
    () => stage.now,
  );
  return { stage, health };
}

test('it is well while its port answers, and says what to do when the port is silent or nothing is enabled', async () => {
  const { stage, health } = bench();
  const nginx = nginxAt(8998);
  expect(await health(nginx)).toEqual({ part: 'nginx', state: 'ok', message: 'takes terminals on port 8998' });
  Object.assign(stage, { state: 'silent', now: 5_000 });
  expect(await health(nginx)).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('biolistener status'),
  });
  Object.assign(stage, { state: 'disabled', now: 10_000 });
  expect(await health(nginx)).toMatchObject({
    state: 'waiting',
    message: expect.stringContaining('`biolistener enable --layout private --port 8998`'),
  });
  expect(await health(undefined)).toMatchObject({ state: 'failed', message: 'nginx died and is being started again' });
});

test('the port is looked at every few seconds at most, once for all who ask, and at once after a restart', async () => {
  const { stage, health } = bench();
  const nginx = nginxAt(8998);
  await Promise.all([health(nginx), health(nginx)]);
  stage.now = 4_999;
  await health(nginx);
  expect(stage.looks).toBe(1);
  stage.now = 5_000;
  await health(nginx);
  expect(stage.looks).toBe(2);
  await health(nginxAt(8998));
  expect(stage.looks).toBe(3);
});

test('a look that fails is told, and made again', async () => {
  const { stage, health } = bench();
  const nginx = nginxAt(8998);
  stage.state = new Error('EACCES');
  await expect(health(nginx)).rejects.toThrow('EACCES');
  stage.state = 'answers';
  stage.now = 5_000;
  expect(await health(nginx)).toMatchObject({ state: 'ok' });
});
