import type { ErrorKind } from '@biolistener/core';

/** HTTP statuses of codes that are no ordinary conflict. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  API_UNAUTHORISED: 401,
  API_FORBIDDEN: 403,
  API_NOT_FOUND: 404,
  API_TERMINAL_UNKNOWN: 404,
  API_PERSON_UNKNOWN: 404,
  API_COMMAND_UNKNOWN: 404,
  API_PUNCH_UNKNOWN: 404,
  API_NO_SUCH_PLACE: 404,
  STORE_NOT_FOUND: 404,
  ROSTER_TERMINAL_UNKNOWN: 404,
  ROSTER_DOOR_ROLE: 403,
  API_TOO_LARGE: 413,
  API_TOO_MANY: 429,
};

const STATUS_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  malformed: 400,
  permanent: 409,
  transient: 503,
  ours: 500,
};

export const statusOf = (code: string, kind: ErrorKind): number => STATUS_OF_CODE[code] ?? STATUS_OF_KIND[kind];
