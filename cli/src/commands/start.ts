import { Argument, type Command } from 'commander';

export const ROLES = ['listener', 'worker', 'api', 'sandbox'] as const;
export type Role = (typeof ROLES)[number];

export function registerStart(program: Command): void {
  program
    .command('start')
    .description(
      'run some roles as a process of their own, for more than one process on this machine; Redis and nginx are yours then',
    )
    .addArgument(new Argument('<role...>', 'what this process does').choices(ROLES))
    .option('--json', 'print one JSON line when it is up; the log goes on beside it')
    .addHelpText(
      'after',
      '\nExamples:\n  $ REDIS_URL=redis://127.0.0.1:6379 biolistener start listener\n  $ biolistener start worker api\n\nSIGTERM finishes what is in progress and stops.',
    )
    .action(async (roles: Role[], options: { json?: boolean }) => {
      const { startRoles } = await import('../services/start-roles.ts');
      await startRoles(roles, options);
    });
}
