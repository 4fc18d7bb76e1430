import type { LocalTime } from '@biolistener/core';
import type { ReplyForm } from './reply-form.ts';

/** What one kind of request teaches, besides what is collected from its body. */
export interface Step {
  readonly reply: ReplyForm;
  /** Whose stamp the request carries: empty when it is none. */
  readonly stampedTable?: string;
  readonly refused?: boolean;
  /** It greets us: whatever it was doing, it begins anew (§6.2). */
  readonly isRestart?: boolean;
  /** What the terminal's clock shows, where it says so. */
  readonly wallClock?: LocalTime;
}

export const OK: Step = { reply: { form: 'ok' } };

/** A reply in so many words; every status but 200 refuses what came. */
export const text = (status: number, body: string): Step => ({
  reply: { form: 'text', status, body },
  refused: status !== 200,
});
