import { messageOf } from '@biolistener/core';
import { startPrivateNginx, type PrivateNginx, type PrivateOptions } from '@biolistener/nginx';
import type { Log, PartHealth } from '@biolistener/telemetry';
import { createNginxHealth } from './nginx-health.ts';

export interface KeptNginx {
  health(): Promise<PartHealth>;
  stop(): Promise<void>;
}

const RESTART_MS = 1_000;

/** An nginx of our own that is started again when it dies. Errors: those of the first start. */
export async function keepPrivateNginx(options: PrivateOptions, log: Log): Promise<KeptNginx> {
  let nginx: PrivateNginx | undefined = await startPrivateNginx(options);
  const health = createNginxHealth();
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;
  let starting: Promise<void> = Promise.resolve();

  function watch(running: PrivateNginx): void {
    void running.exited.then(({ code }) => {
      nginx = undefined;
      if (isStopping) return;
      log.error({ code }, 'nginx died and is started again; terminals keep their records meanwhile');
      again();
    });
  }

  function again(): void {
    timer = setTimeout(() => {
      starting = restart();
    }, RESTART_MS);
  }

  async function restart(): Promise<void> {
    try {
      nginx = await startPrivateNginx(options);
      watch(nginx);
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'nginx could not be started again yet');
      if (!isStopping) again();
    }
  }

  watch(nginx);
  return {
    health: () => health(nginx),
    async stop() {
      isStopping = true;
      clearTimeout(timer);
      await starting;
      await nginx?.stop();
    },
  };
}
