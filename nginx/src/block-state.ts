import { findOne } from './disable.ts';
import type { PrivateNginx } from './private.ts';
import { generationAt } from './probe.ts';

/** `disabled`: somebody took the block away, and the nginx has none for this port. */
export type BlockState = 'answers' | 'silent' | 'disabled';

/**
 * Whether a block of ours answers at the port of a private instance. That it runs does not say so: blocks come and go while it
 * does, also in its place one with other addresses or TLS, which is then asked as it stands.
 */
export async function blockState({ layout, settings }: Pick<PrivateNginx, 'layout' | 'settings'>): Promise<BlockState> {
  const found = await findOne([layout], { port: settings.port });
  if ((await generationAt(found?.settings ?? settings)) !== undefined) return 'answers';
  return found === undefined ? 'disabled' : 'silent';
}
