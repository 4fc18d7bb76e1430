import type { RawReply } from '../reply-reader.ts';
import type { ZktecoProfile } from './profiles.ts';
import type { Expectation } from './reply-rules.ts';

/** Whether firmware takes a reply as success; it looks at far less than the rules ask for (§3.1, §4.6). */
export function isAcceptedBy(profile: ZktecoProfile, reply: RawReply, expected: Expectation): boolean {
  if (reply.status !== 200 || !reply.isWhole) return false;
  const body = reply.body.toString('latin1');
  switch (expected.shape) {
    case 'handshake':
    case 'poll':
    case 'time':
      return true;
    case 'result':
      return reply.headerLines.some((line) => line.includes('text/plain'));
    case 'ok':
    case 'photo':
      return body.includes('OK');
    case 'counted':
      if (profile.accepts === 'contains-ok') return body.includes('OK');
      return Number(/^OK: ?(\d+)/.exec(body)?.[1] ?? Number.NaN) === expected.records;
  }
}
