import { errorsOf, type ErrorCatalog } from '@biolistener/core';

export const API_ERRORS = {
  API_PORT_TAKEN: {
    kind: 'ours',
    when: 'Another program holds the port of the API or of an operations server.',
    fix: 'Stop it, or set BIOLISTENER_API_PORT (BIOLISTENER_LISTENER_OPS_PORT, BIOLISTENER_WORKER_OPS_PORT).',
  },
  API_NOT_FOUND: {
    kind: 'permanent',
    when: 'There is no such page or route.',
    fix: 'Check the address and the method; /api/v1/openapi.json describes every route.',
  },
  API_FAILED: {
    kind: 'ours',
    when: 'A page or a request failed in a way that nobody foresaw.',
    fix: 'Look for the correlation id, or the path, in the log of the service.',
  },
  API_UNAUTHORISED: {
    kind: 'permanent',
    when: 'A request of the REST API brought no token, or one that is unknown, revoked or out of date.',
    fix: 'Send `Authorization: Bearer <token>`; `biolistener token create` makes one.',
  },
  API_FORBIDDEN: {
    kind: 'permanent',
    when: 'The token of a request may not do this.',
    fix: 'Use a token with the role or permission that the message names; `biolistener token create` makes one.',
  },
  API_TOO_MANY: {
    kind: 'transient',
    when: 'One token, or one address without a valid token, makes more requests than are served.',
    fix: 'Wait as long as `Retry-After` says, and ask less often.',
  },
  API_INVALID: {
    kind: 'malformed',
    when: 'A request is not what its route takes: a parameter or a field of the body does not fit.',
    fix: 'Mend what the message names; /api/v1/openapi.json describes every route.',
  },
  API_TOO_LARGE: {
    kind: 'malformed',
    when: 'The body of a request is larger than any that the API takes.',
    fix: 'Send less at once.',
  },
  API_SLOW: {
    kind: 'transient',
    when: 'The store did not answer in time.',
    fix: 'Look at /health and `biolistener doctor`: the disk may be full or slow.',
  },
  API_TERMINAL_UNKNOWN: {
    kind: 'permanent',
    when: 'A terminal was named that never called and was not approved.',
    fix: 'Check the serial number; `biolistener device list` or GET /api/v1/terminals shows all.',
  },
  API_PERSON_UNKNOWN: {
    kind: 'permanent',
    when: 'A PIN was named that no active person has.',
    fix: 'Check the PIN, leading zeros count; `biolistener user list` shows all.',
  },
  API_PERSON_EXISTS: {
    kind: 'permanent',
    when: 'Somebody was to be added under a PIN that another active person has.',
    fix: 'Change that person with `biolistener user set`, or let them leave first with `biolistener user leave`.',
  },
  API_COMMAND_UNKNOWN: {
    kind: 'permanent',
    when: 'A command was named that does not exist.',
    fix: '`biolistener command list` or GET /api/v1/commands shows them.',
  },
  API_COMMAND_STATE: {
    kind: 'permanent',
    when: 'A command was to be tried again that is open or was done, or cancelled that has ended.',
    fix: 'Look at the state of the command first.',
  },
  API_COMMAND_ROSTER: {
    kind: 'permanent',
    when: 'A command was asked for that would be undone by the roster, or that only the roster makes.',
    fix: 'Assign or unassign the person instead: `biolistener user assign`, `biolistener user unassign`.',
  },
  API_PUNCH_UNKNOWN: {
    kind: 'permanent',
    when: 'A punch was named that is not stored.',
    fix: 'Check the id; `biolistener punch list` or GET /api/v1/punches shows them.',
  },
  API_NO_SUCH_PLACE: {
    kind: 'permanent',
    when: 'A place or an employee was named that no terminal or person has.',
    fix: 'Check the spelling; `biolistener device list` shows places, `biolistener user list` employees.',
  },
} as const satisfies ErrorCatalog;

export const apiError = errorsOf(API_ERRORS);
