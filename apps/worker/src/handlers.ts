import type { DeliverPayload, JobName, JobVerdict } from '@biolistener/queue';
import { deliver } from './deliver.ts';
import type { DeliverContext } from './deliver-context.ts';

/** Each kind of job and its one handler. */
export const HANDLERS = {
  deliver: (payload: DeliverPayload, ctx: DeliverContext): Promise<JobVerdict> => deliver(payload.punchId, ctx),
} as const satisfies Record<JobName, unknown>;
