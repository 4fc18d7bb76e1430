import type { Json } from './execute.ts';

const WALL = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

/** Rules of protocols/aiface-websocket.md §3 and §5 that an answer broke, a sentence each. */
export function breachesOfAnswer(asked: Json, answer: Json): string[] {
  const breaches: string[] = [];
  if (typeof answer['result'] !== 'boolean') breaches.push('result is no truth value (§3)');
  if (Object.values(answer).some((value) => value === null)) breaches.push('a member is null (§3)');
  const { cloudtime, access } = answer;
  const isWall = typeof cloudtime === 'string' && WALL.test(cloudtime);
  if (cloudtime !== undefined && !isWall) breaches.push('cloudtime has another form (§1.6)');
  if (access !== undefined && access !== 0 && access !== 1) breaches.push('access is neither 0 nor 1 (§5.2)');
  if (asked['cmd'] !== 'sendlog' || answer['result'] !== true) return breaches;
  for (const name of ['count', 'logindex'])
    if (answer[name] !== asked[name]) breaches.push(`${name} is not the one that was sent (§1.4)`);
  return breaches;
}
