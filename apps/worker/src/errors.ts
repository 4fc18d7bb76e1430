import { errorsOf, type ErrorCatalog } from '@biolistener/core';

export const WORKER_ERRORS = {
  WORKER_LANE_STUCK: {
    kind: 'ours',
    when: 'A delivery came back undone right after it was dealt with.',
    fix: 'Report it with the log around it; the delivery is tried again every half minute.',
  },
} as const satisfies ErrorCatalog;

export const workerError = errorsOf(WORKER_ERRORS);
