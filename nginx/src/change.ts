import { messageOf } from '@biolistener/core';
import type { Control } from './control.ts';
import { raise } from './errors.ts';
import { formerOf, restore, type Former } from './files.ts';

/** What a change to nginx's files did to nginx. */
export type Effect = 'reloaded' | 'started' | 'not running';

export interface Change {
  readonly control: Control;
  /** Paths that `write` may touch. */
  readonly paths: readonly string[];
  readonly write: () => Promise<void>;
  /** Whether an nginx that doesn't run is started. */
  readonly startsNginx: boolean;
  /** Waits for the running nginx to show the change; false when it doesn't. */
  readonly isInForce: () => Promise<boolean>;
}

/**
 * Write, test, reload, look. When any step fails, the former files are put back, and an nginx that ran is reloaded
 * with them. Throws what failed, with what the way back gave.
 */
export async function apply(change: Change): Promise<Effect> {
  const formers = await Promise.all(change.paths.map(formerOf));
  const wasRunning = (await change.control.master()) !== undefined;
  let isHandedOver = false;
  try {
    await change.write();
    await assertValid(change.control);
    if (!wasRunning && !change.startsNginx) return 'not running';
    isHandedOver = true;
    await (wasRunning ? change.control.reload() : change.control.start());
    if (!(await change.isInForce())) {
      throw raise('NGINX_RELOAD_FAILED', 'nginx runs, but its port does not show the new configuration');
    }
    return wasRunning ? 'reloaded' : 'started';
  } catch (error) {
    throw await rolledBack(change.control, formers, isHandedOver, error);
  }
}

async function assertValid(control: Control): Promise<void> {
  const { isValid, message } = await control.test();
  if (isValid === undefined) throw raise('NGINX_NO_PERMISSION', message);
  if (!isValid) throw raise('NGINX_CONFIG_INVALID', message);
}

/** Puts the files back and answers the error to throw: the first one, its message saying how nginx stands now. */
async function rolledBack(
  control: Control,
  formers: readonly Former[],
  wasHandedOver: boolean,
  cause: unknown,
): Promise<Error> {
  await restore(formers, cause);
  const { isValid, message } = await control.test();
  let now = 'The former files are back in place';
  if (isValid === false) now += `; with them nginx is invalid too, so it was before: ${message}`;
  else if (wasHandedOver && (await control.master()) !== undefined) {
    now += await control.reload().then(
      () => ' and in force',
      (error: unknown) => `, but reloading them failed: ${messageOf(error)}`,
    );
  }
  if (cause instanceof Error) cause.message = `${cause.message}. ${now}.`;
  return cause instanceof Error ? cause : new Error(`${String(cause)}. ${now}.`);
}
