import { errorsOf, type ErrorCatalog } from '@biolistener/core';

export const LISTENER_ERRORS = {
  LISTENER_UNCLAIMED: {
    kind: 'malformed',
    when: 'A request came that no brand knows; it was kept whole and answered 404.',
    fix: 'Look at it with `biolistener parked show`; correct the server path in the terminal, or report the terminal.',
  },
  LISTENER_NO_SERIAL: {
    kind: 'malformed',
    when: 'A request named no serial number, an impossible one, or two different ones.',
    fix: 'Check the terminal and whatever proxy stands before it; the request was kept and not acknowledged.',
  },
  LISTENER_DECODER_FAILED: {
    kind: 'ours',
    when: 'A codec broke its promise never to throw; the request was kept and not acknowledged.',
    fix: 'Report the parked item; after an update `biolistener parked retry` reads it again.',
  },
  LISTENER_ENCODER_FAILED: {
    kind: 'ours',
    when: 'A codec broke its promise never to throw while it wrote a command; the command failed.',
    fix: 'Report the command; after an update it can be queued again.',
  },
  LISTENER_PORT_TAKEN: {
    kind: 'ours',
    when: 'Another program holds the port of the listener.',
    fix: 'Stop it, or set BIOLISTENER_LISTENER_PORT.',
  },
} as const satisfies ErrorCatalog;

export const listenerError = errorsOf(LISTENER_ERRORS);

export type ListenerReason = keyof typeof LISTENER_ERRORS;
