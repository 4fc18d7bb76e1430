import { messageOf } from '@biolistener/core';

export type FindingState = 'ok' | 'warn' | 'bad' | 'skipped';

/** What was found at one hop of the way. */
export interface Finding {
  readonly hop: string;
  readonly state: FindingState;
  /** One sentence. */
  readonly message: string;
  /** What a person can do, when there is something. */
  readonly todo?: string;
}

/** Makes the findings of one hop, so that its name is written once. */
export function at(hop: string) {
  const finding =
    (state: FindingState) =>
    (message: string, todo?: string): Finding =>
      todo === undefined ? { hop, state, message } : { hop, state, message, todo };
  return { ok: finding('ok'), warn: finding('warn'), bad: finding('bad'), skipped: finding('skipped') };
}

const LONGEST_MS = 15_000;

/** Runs one hop. What it throws, or that it hangs, is a finding of that hop and never ends the others. */
export async function lookAt(hop: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Finding[]>((resolve) => {
    timer = setTimeout(
      () => resolve([at(hop).bad(`could not be looked at within ${LONGEST_MS / 1000} s`)]),
      LONGEST_MS,
    );
  });
  try {
    return await Promise.race([look(), late]);
  } catch (error) {
    return [at(hop).bad(messageOf(error))];
  } finally {
    clearTimeout(timer);
  }
}

export function worstOf(findings: readonly Finding[]): 'ok' | 'warn' | 'bad' {
  if (findings.some((one) => one.state === 'bad')) return 'bad';
  return findings.some((one) => one.state === 'warn') ? 'warn' : 'ok';
}
