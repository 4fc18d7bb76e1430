import { CommanderError } from 'commander';
import { CommandFailure, EXIT, EXIT_OF_CODE, nameOfExit, Unhealthy } from './exit-codes.ts';
import { asJson, printable } from './output.ts';
import { createProgram } from './program.ts';
import { watchReaders } from './readers.ts';

const isJson = process.argv.includes('--json');

/** A failure for a person: what, and what to do. With --json the same as one object on standard output. */
async function report(error: unknown): Promise<number> {
  if (error instanceof Unhealthy) return error.exitCode;
  if (error instanceof CommanderError) return reportWords(error);
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const advice = error instanceof CommandFailure ? error.advice : await adviceOf(code);
  const status = error instanceof CommandFailure ? error.exitCode : (EXIT_OF_CODE[code ?? ''] ?? EXIT.failed);
  const name = code ?? nameOfExit(status);
  if (isJson) console.log(asJson({ error: name, message, ...(advice === undefined ? {} : { advice }) }));
  else console.error(`biolistener: ${lines(message)}${advice === undefined ? '' : `\n${lines(advice)}`}`);
  return status;
}

/** Commander has said it on standard error already; a program that asked for JSON gets it as JSON too. */
function reportWords(error: CommanderError): number {
  if (error.exitCode === 0) return EXIT.ok;
  if (isJson) console.log(asJson({ error: nameOfExit(EXIT.usage), message: error.message.replace(/^error: /, '') }));
  return EXIT.usage;
}

/** Messages of ours may have several lines; what a terminal sent within them may not. */
const lines = (text: string): string => text.split('\n').map(printable).join('\n');

async function adviceOf(code: string | undefined): Promise<string | undefined> {
  if (code === undefined) return undefined;
  const { fixOf } = await import('./services/catalogs.ts');
  return (await fixOf(code))?.fix;
}

watchReaders();

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = await report(error);
}
