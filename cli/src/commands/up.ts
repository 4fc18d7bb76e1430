import type { Command } from 'commander';

export function registerUp(program: Command): void {
  program
    .command('up')
    .description(
      'bring up everything on this machine: Redis, store, nginx, listener, worker, API, and the sandbox while no ERPNext is configured',
    )
    .option('--demo', 'with simulated, approved terminals of every brand that punch and enrol people')
    .option('--json', 'print where things are as one JSON line')
    .addHelpText(
      'after',
      '\nExamples:\n  $ biolistener up\n  $ biolistener up --demo\n  $ ERPNEXT_URL=https://erp.example.com ERPNEXT_API_KEY=… ERPNEXT_API_SECRET=… biolistener up\n\nCtrl-C stops everything in order.',
    )
    .action(async (options: { demo?: boolean; json?: boolean }) => {
      const { up } = await import('../services/up.ts');
      await up(options);
    });
}
