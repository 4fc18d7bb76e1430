import { errorsOf, type ErrorCatalog } from '@biolistener/core';

export const QUEUE_ERRORS = {
  QUEUE_UNAVAILABLE: {
    kind: 'transient',
    when: 'Redis cannot be reached, or did not answer in time.',
    fix: 'Start Redis or correct its address. Nothing is lost: deliveries wait in the store and are queued again.',
  },
  QUEUE_BAD_PAYLOAD: {
    kind: 'ours',
    when: 'A job in Redis does not say what its kind of job must say.',
    fix: 'Another program writes to our queue, or another version of this one; the job is dropped, the store re-queues.',
  },
} as const satisfies ErrorCatalog;

export const queueError = errorsOf(QUEUE_ERRORS);
