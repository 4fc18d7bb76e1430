import type { Request, Response } from 'express';
import type { Store } from '@biolistener/store';
import { reportHealth } from '@biolistener/telemetry';
import { opsApp, serve, withErrors, type OpsOptions, type RunningServer } from './ops-server.ts';
import { gatherStatus } from './status.ts';
import { statusPage } from './status-page.ts';

export interface ApiOptions extends OpsOptions {
  readonly store: Store;
}

/** No scripts, no frames, nothing from elsewhere: the page shows what terminals said about themselves. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/** Starts the API: health, metrics and the status page. */
export async function startApi(options: ApiOptions): Promise<RunningServer> {
  const app = opsApp(options);
  app.get('/', async (_req: Request, res: Response) => {
    const view = await gatherStatus(options.store, await reportHealth(options.checks), Date.now());
    res.set({
      'Content-Security-Policy': PAGE_POLICY,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    res.type('html').send(statusPage(view));
  });
  const running = await serve(withErrors(app, options.log), options);
  options.log.info({ host: options.host, port: running.port }, 'API is up');
  return running;
}

/** Health and metrics of a process that has no API of its own. */
export async function startOps(options: OpsOptions): Promise<RunningServer> {
  return serve(withErrors(opsApp(options), options.log), options);
}
