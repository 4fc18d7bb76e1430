import type { Command } from 'commander';
import { registerConfig } from './config.ts';
import { registerStart } from './start.ts';
import { registerUp } from './up.ts';

/** Every command, in the order of `--help`. Modules here import nothing heavy: actions load what they need. */
export const commands: readonly ((program: Command) => void)[] = [registerUp, registerStart, registerConfig];
