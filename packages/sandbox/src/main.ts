import { parseArgs } from 'node:util';
import { isProfileName } from './profile.ts';
import { startSandbox, type SandboxOptions } from './sandbox.ts';

/** Settings from the command line, else from `BIOLISTENER_SANDBOX_…`; throws for what cannot be meant. */
function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): SandboxOptions {
  const text = { type: 'string' } as const;
  const options = { port: text, host: text, file: text, profile: text, 'time-zone': text, employees: text } as const;
  const { values } = parseArgs({ args: [...args], options });
  const setting = (name: keyof typeof options): string | undefined =>
    values[name] ?? env[`BIOLISTENER_SANDBOX_${name.toUpperCase().replace('-', '_')}`];
  const number = (name: 'port' | 'employees', fallback: number): number => {
    const value = Number(setting(name) ?? fallback);
    if (Number.isInteger(value) && value >= 0) return value;
    throw new RangeError(`--${name} must be a whole number`);
  };
  const profile = setting('profile') ?? 'v15';
  if (!isProfileName(profile)) throw new RangeError('--profile must be v14, v15 or v16');
  const file = setting('file');
  return {
    port: number('port', 8997),
    host: setting('host') ?? '127.0.0.1',
    profile,
    timeZone: setting('time-zone') ?? 'Asia/Kolkata',
    employees: number('employees', 50),
    ...(file === undefined ? {} : { file }),
  };
}

/** Runs until SIGTERM or SIGINT. Prints one line when ready: what it is, and where. */
async function main(): Promise<void> {
  const sandbox = await startSandbox(readOptions(process.argv.slice(2), process.env));
  process.stdout.write(`ERPNext sandbox ready at ${sandbox.url}\n`);
  const stop = (): void => {
    void sandbox.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`sandbox: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
