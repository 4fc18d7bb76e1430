import { blockState, type BlockState, type PrivateNginx } from '@biolistener/nginx';
import type { PartHealth } from '@biolistener/telemetry';

type Running = Pick<PrivateNginx, 'layout' | 'settings'>;

/** A look is a request of its own, and health is asked as often as anybody likes. */
const LOOK_EVERY_MS = 5_000;

/** How an nginx of our own is: its port is looked at every few seconds at most, and anew when it was started again. */
export function createNginxHealth(
  look: (nginx: Running) => Promise<BlockState> = blockState,
  now: () => number = Date.now,
): (nginx: Running | undefined) => Promise<PartHealth> {
  let last: { of: Running; at: number; state: Promise<BlockState> } | undefined;
  return async (nginx) => {
    if (nginx === undefined)
      return { part: 'nginx', state: 'failed', message: 'nginx died and is being started again' };
    if (last?.of !== nginx || now() - last.at >= LOOK_EVERY_MS) last = { of: nginx, at: now(), state: look(nginx) };
    return { part: 'nginx', ...told(await last.state, nginx) };
  };
}

function told(state: BlockState, { settings: { port }, layout }: Running): Pick<PartHealth, 'state' | 'message'> {
  switch (state) {
    case 'answers':
      return { state: 'ok', message: `takes terminals on port ${port}` };
    case 'disabled':
      return {
        state: 'waiting',
        message: `no block is enabled for port ${port}, so no terminal gets through there; \`biolistener enable --layout private --port ${port}\` puts it back`,
      };
    case 'silent':
      return {
        state: 'failed',
        message: `nginx runs, and nothing of ours answers at port ${port}; \`biolistener status --layout private --port ${port}\` tells more, and so do the logs beside ${layout.conf}`,
      };
  }
}
