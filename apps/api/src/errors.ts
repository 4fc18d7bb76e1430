import { errorsOf, type ErrorCatalog } from '@biolistener/core';

export const API_ERRORS = {
  API_PORT_TAKEN: {
    kind: 'ours',
    when: 'Another program holds the port of the API or of an operations server.',
    fix: 'Stop it, or set BIOLISTENER_API_PORT (BIOLISTENER_LISTENER_OPS_PORT, BIOLISTENER_WORKER_OPS_PORT).',
  },
} as const satisfies ErrorCatalog;

export const apiError = errorsOf(API_ERRORS);
