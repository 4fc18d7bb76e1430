import type { Command } from 'commander';
import { registerConfig } from './config.ts';
import { registerDevice } from './device.ts';
import { registerDoctor } from './doctor.ts';
import { registerErpnext } from './erpnext.ts';
import { registerNginx } from './nginx.ts';
import { registerParked } from './parked.ts';
import { registerPunch } from './punch.ts';
import { registerStart } from './start.ts';
import { registerTrace } from './trace.ts';
import { registerUp } from './up.ts';

/** Every command, in the order of `--help`. Modules here import nothing heavy: actions load what they need. */
export const commands: readonly ((program: Command) => void)[] = [
  registerUp,
  registerStart,
  registerNginx,
  registerDevice,
  registerPunch,
  registerParked,
  registerTrace,
  registerDoctor,
  registerErpnext,
  registerConfig,
];
