import { setTimeout as pause } from 'node:timers/promises';
import type { Stage, Victim } from './stage.ts';
import { VICTIMS } from './stage.ts';
import { untilNoneIsLeft } from './until.ts';

export interface Kills {
  readonly byVictim: Record<Victim, number>;
  redisWipes: number;
}

const WIPE_EVERY = 12;
const LONGEST_CALM_MS = 60_000;
const SHORTEST_MS = 40;
const SPREAD_MS = 400;

/**
 * Kills and starts again, `count` times. What and when follow from `random` alone. A victim is started at once but not
 * waited for, so that the next kill may meet another part, or the same one, while it is still coming up; only when the
 * same part is drawn before it did any work is it given the time to. After every twelfth Redis loses its data,
 * in the middle of deliveries.
 */
export async function runMonkey(
  stage: Stage,
  count: number,
  random: () => number,
  onKill: (at: number, victim: Victim) => void,
): Promise<Kills> {
  const kills: Kills = { byVictim: { listener: 0, worker: 0, redis: 0, sandbox: 0 }, redisWipes: 0 };
  for (let at = 1; at <= count; at += 1) {
    await pause(SHORTEST_MS + random() * SPREAD_MS);
    const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'listener';
    const child = stage.children[victim];
    if (!child.isRunning) throw new Error(`${victim} died by itself:\n${child.said}`);
    if (random() < 0.7) await child.untilUp();
    await child.end('SIGKILL');
    child.start();
    kills.byVictim[victim] += 1;
    onKill(at, victim);
    if (at % WIPE_EVERY === 0) {
      await stage.children.redis.untilUp();
      await untilDelivering(stage);
      await stage.wipeRedis();
      kills.redisWipes += 1;
    }
    if (victim === 'sandbox') void armAnswerDrops(stage, at);
  }
  for (const child of Object.values(stage.children)) await child.untilUp();
  return kills;
}

/**
 * Deliveries are met in the middle, too: a worker that is killed every other second never comes to any. Given up quietly, as
 * what hangs is told when all has to settle.
 */
async function untilDelivering({ store }: Stage): Promise<void> {
  const done = async (): Promise<number> => {
    const target = (await store.listTargets()).find(({ isActive }) => isActive);
    return target === undefined ? 0 : (await store.deliveryCounts(target.id)).done;
  };
  const before = await done();
  await untilNoneIsLeft(async () => ((await done()) > before ? 0 : 1), LONGEST_CALM_MS);
}

/** A sandbox that commits and drops its answers: faults live in its memory, so every new one is told again. */
export async function armAnswerDrops(stage: Stage, seed: number): Promise<void> {
  await stage.children.sandbox.untilUp();
  await tellFaults(stage, [
    { kind: 'drop-after-commit', path: 'Employee Checkin', method: 'POST', probability: 0.1, seed },
    { kind: 'deadlock', path: 'Employee Checkin', method: 'POST', probability: 0.03, seed: seed + 1 },
    { kind: 'bad-gateway', path: 'Employee Checkin', probability: 0.02, seed: seed + 2 },
  ]).catch(() => undefined); // it was killed again before it heard; the next one is told
}

export const clearFaults = (stage: Stage): Promise<void> => tellFaults(stage, []);

/** `clear` first: what a sandbox heard twice would strike twice as often. */
async function tellFaults(stage: Stage, faults: readonly object[]): Promise<void> {
  for (const instruction of [{ kind: 'clear' }, ...faults]) {
    const body = JSON.stringify(instruction);
    const answer = await fetch(`${stage.sandboxUrl}/__sandbox/faults`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    if (!answer.ok) throw new Error(`the sandbox refused ${body}: ${await answer.text()}`);
  }
}
