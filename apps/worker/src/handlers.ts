import type { ConvergePayload, DeliverPayload, JobName, JobVerdict } from '@biolistener/queue';
import { deliver } from './deliver.ts';
import type { DeliverContext } from './deliver-context.ts';
import { converge, type ConvergeContext } from './roster/converge-job.ts';

/** Each kind of job and its one handler. */
export const HANDLERS = {
  deliver: (payload: DeliverPayload, ctx: DeliverContext): Promise<JobVerdict> => deliver(payload.punchId, ctx),
  converge: (payload: ConvergePayload, ctx: ConvergeContext): Promise<JobVerdict> => converge(payload, ctx),
} as const satisfies Record<JobName, unknown>;
