import type { Fields } from '@biolistener/brands/suprema';
import { CODE } from '@biolistener/brands/suprema';
import type { Answer } from './api.ts';

/** The server said no to a call; `code` is its own. */
export class Refused extends Error {
  readonly code: string;

  constructor({ code, message }: Pick<Answer, 'code' | 'message'>, what: string) {
    super(`${what}: the BioStar server answered ${code}${message === '' ? '' : ` (${message})`}`);
    this.code = code;
  }
}

/** The body of an answer that is a success. Errors: Refused. */
export function bodyOf(answer: Answer, what: string): Fields {
  if (answer.code === CODE.success) return answer.body;
  throw new Refused(answer, what);
}
