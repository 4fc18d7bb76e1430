import type { Composition } from './composition.ts';

// Each part is loaded by the processes that have it: what a listener does not need would stay in its memory.

export type { Composition } from './composition.ts';

export const addListener = async (composition: Composition, redisUrl: string | undefined): Promise<void> =>
  (await import('./listener.ts')).addListener(composition, redisUrl);

export const addWorker = async (composition: Composition, redisUrl: string): Promise<void> =>
  (await import('./worker.ts')).addWorker(composition, redisUrl);

export const addSandbox = async (composition: Composition): Promise<void> =>
  (await import('./sandbox.ts')).addSandbox(composition);

export const addApi = async (composition: Composition): Promise<void> => (await import('./api.ts')).addApi(composition);

export const addOps = async (composition: Composition, port: number): Promise<void> =>
  (await import('./ops.ts')).addOps(composition, port);
