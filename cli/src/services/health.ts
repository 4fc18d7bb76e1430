import { messageOf } from '@biolistener/core';
import type { Settings } from '@biolistener/config';
import { addressOf, askHttp } from './ask-http.ts';

export interface Part {
  readonly part: string;
  readonly state: 'ok' | 'waiting' | 'failed';
  readonly message: string;
}

export type Health =
  | { readonly kind: 'answered'; readonly status: Part['state']; readonly parts: readonly Part[] }
  | { readonly kind: 'silent'; readonly url: string; readonly reason: string };

/** What the running services say about themselves. Never throws: that nobody answers is an answer too. */
export async function askHealth(settings: Settings): Promise<Health> {
  const url = `${addressOf(settings.apiHost, settings.apiPort)}/health`;
  try {
    const { body } = await askHttp(url, 4000); // one check may take two seconds by itself
    const parts = partsOf(JSON.parse(body));
    if (parts === undefined) return { kind: 'silent', url, reason: 'somebody else answers there' };
    const isAny = (state: Part['state']): boolean => parts.some((part) => part.state === state);
    return { kind: 'answered', status: isAny('failed') ? 'failed' : isAny('waiting') ? 'waiting' : 'ok', parts };
  } catch (error) {
    return {
      kind: 'silent',
      url,
      reason: error instanceof SyntaxError ? 'somebody else answers there' : messageOf(error),
    };
  }
}

function partsOf(report: unknown): Part[] | undefined {
  if (typeof report !== 'object' || report === null || !('parts' in report) || !Array.isArray(report.parts))
    return undefined;
  return report.parts.filter(isPart);
}

function isPart(value: unknown): value is Part {
  if (typeof value !== 'object' || value === null) return false;
  const { part, state, message }: { part?: unknown; state?: unknown; message?: unknown } = value;
  return (
    typeof part === 'string' &&
    typeof message === 'string' &&
    typeof state === 'string' &&
    ['ok', 'waiting', 'failed'].includes(state)
  );
}
