import type { Command } from 'commander';
import { registerBackup } from './backup.ts';
import { registerCommand } from './command.ts';
import { registerBrands } from './brands.ts';
import { registerConfig } from './config.ts';
import { registerDevice } from './device.ts';
import { registerDoctor } from './doctor.ts';
import { registerErpnext } from './erpnext.ts';
import { registerKeys } from './keys.ts';
import { registerNginx } from './nginx.ts';
import { registerParked } from './parked.ts';
import { registerPin } from './pin.ts';
import { registerPunch } from './punch.ts';
import { registerRoster } from './roster.ts';
import { registerStart } from './start.ts';
import { registerSuprema } from './suprema.ts';
import { registerTemplate } from './template.ts';
import { registerToken } from './token.ts';
import { registerTrace } from './trace.ts';
import { registerUp } from './up.ts';
import { registerUser } from './user.ts';

/** Every command, in the order of `--help`. Modules here import nothing heavy: actions load what they need. */
export const commands: readonly ((program: Command) => void)[] = [
  registerUp,
  registerStart,
  registerNginx,
  registerDevice,
  registerBrands,
  registerUser,
  registerTemplate,
  registerRoster,
  registerCommand,
  registerPunch,
  registerPin,
  registerParked,
  registerTrace,
  registerDoctor,
  registerErpnext,
  registerSuprema,
  registerConfig,
  registerBackup,
  registerKeys,
  registerToken,
];
