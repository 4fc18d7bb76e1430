/** What the command's exit status means; docs/cli.md lists them. */
export const EXIT = {
  ok: 0,
  /** It could not be done; the message says why. */
  failed: 1,
  /** The words of the command are wrong; nothing was done. */
  usage: 2,
  /** What was named does not exist. */
  notFound: 3,
  /** It was looked at and found wanting: `doctor`, `status`, `erpnext check`. */
  unhealthy: 4,
  /** Refused for safety: needs `--yes`, or would destroy something. */
  refused: 5,
} as const;

/** What `error` says in JSON where no package has a code for it; docs/cli.md lists them. */
const NAMES: Readonly<Record<number, string>> = {
  [EXIT.usage]: 'USAGE',
  [EXIT.notFound]: 'NOT_FOUND',
  [EXIT.unhealthy]: 'UNHEALTHY',
  [EXIT.refused]: 'REFUSED',
};

export const nameOfExit = (status: number): string => NAMES[status] ?? 'FAILED';

/** Codes of other packages that end a command with another status than 1. */
export const EXIT_OF_CODE: Readonly<Record<string, number>> = {
  NGINX_SETTING_INVALID: EXIT.usage,
  NGINX_SITE_UNCLEAR: EXIT.usage,
  NGINX_FILE_EDITED: EXIT.refused,
  NGINX_FILE_FOREIGN: EXIT.refused,
  STORE_NOT_FOUND: EXIT.notFound,
  API_TERMINAL_UNKNOWN: EXIT.notFound,
  API_PERSON_UNKNOWN: EXIT.notFound,
  API_COMMAND_UNKNOWN: EXIT.notFound,
  API_NO_SUCH_PLACE: EXIT.notFound,
  ROSTER_RAW_OFF: EXIT.refused,
  ROSTER_RAW_FORBIDDEN: EXIT.refused,
  ROSTER_LOGS_UNPROVEN: EXIT.refused,
  API_COMMAND_ROSTER: EXIT.refused,
};

/** Ends a command with a message and a status; `main.ts` prints it. */
export class CommandFailure extends Error {
  readonly exitCode: number;
  /** What a person can do, on a line of its own. */
  readonly advice: string | undefined;

  constructor(message: string, exitCode: number = EXIT.failed, advice?: string) {
    super(message);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
    this.advice = advice;
  }
}

/** It was looked at and found wanting, and the result is printed already: nothing more to say. */
export class Unhealthy extends Error {
  readonly exitCode = EXIT.unhealthy;
}
