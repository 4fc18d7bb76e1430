import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandFailure, EXIT } from '../exit-codes.ts';

export const isInteractive = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/**
 * Goes on only with a yes: `--yes`, or `y` typed by a person. Asked on standard error, so that a redirected result stays clean.
 * Errors: refused (5) when nobody is there to ask, or when the answer is no.
 */
export async function confirm(question: string, options: { readonly yes?: boolean }): Promise<void> {
  if (options.yes === true) return;
  if (!isInteractive()) throw new CommandFailure(question, EXIT.refused, 'Nothing was done. Say --yes to go on.');
  const answer = await ask(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure('nothing was done', EXIT.refused);
}

export async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/** As `ask`, and what is typed does not appear. */
export async function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
