import { EXIT } from './exit-codes.ts';

let isService = false;

/**
 * From here on whoever reads our output may go away: `npm start | tee log` whose tee dies of the same Ctrl-C, a closed window, a log
 * collector that starts anew. What is written is lost then; the service goes on, and stops in order when it is told to.
 */
export function outliveReaders(): void {
  isService = true;
}

/** `biolistener … | head` closes the pipe early: that is no failure, and ends a command that only prints. */
export function watchReaders(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isService) return;
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    throw error;
  });
  process.stderr.on('error', () => undefined); // nobody is there to be told
}
