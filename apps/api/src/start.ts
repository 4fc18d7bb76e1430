import type { Request, Response } from 'express';
import { BiolistenerError } from '@biolistener/core';
import type { Store } from '@biolistener/store';
import { reportHealth, type HealthReport } from '@biolistener/telemetry';
import { inTime } from './in-time.ts';
import { opsApp, serve, withErrors, type OpsOptions, type RunningServer } from './ops-server.ts';
import { gatherStatus } from './status.ts';
import { slowPage, statusPage } from './status-page.ts';
import { API_PATH } from './v1/openapi.ts';
import { v1Router, type V1Deps } from './v1/router.ts';
import { webhookRouter, type WebhookDeps } from './webhooks/receiver.ts';

export interface ApiOptions extends OpsOptions {
  readonly store: Store;
  /** Who may sign the webhooks of ERPNext; absent: they are not taken. */
  readonly webhookSecrets?: WebhookDeps['secrets'];
  /** What the REST API works with; absent: there is none. */
  readonly v1?: Omit<V1Deps, 'store' | 'log'>;
  /** How long the status page waits for the store. */
  readonly pageTimeoutMs?: number;
}

const PAGE_TIMEOUT_MS = 5000;

/** No scripts, no frames, nothing from elsewhere: the page shows what terminals said about themselves. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/** Starts the API: health, metrics, the status page, webhooks, and what is under /api/v1. */
export async function startApi(options: ApiOptions): Promise<RunningServer> {
  const app = opsApp(options);
  app.get('/', async (_req: Request, res: Response) => {
    const health = await reportHealth(options.checks);
    const page = await pageOf(options, health);
    res.status(page.status).set({
      'Content-Security-Policy': PAGE_POLICY,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    res.type('html').send(page.html);
  });
  const { store, webhookSecrets: secrets, log } = options;
  if (secrets !== undefined) app.use(webhookRouter({ store, secrets, log }));
  if (options.v1 !== undefined) app.use(API_PATH, v1Router({ ...options.v1, store, log }));
  const running = await serve(withErrors(app, options.log), options);
  options.log.info({ host: options.host, port: running.port }, 'API is up');
  return running;
}

/** A store that hangs must not hang the page that people open to see what is wrong. */
async function pageOf({ store, pageTimeoutMs = PAGE_TIMEOUT_MS }: ApiOptions, health: HealthReport) {
  try {
    const view = await inTime(gatherStatus(store, health, Date.now()), pageTimeoutMs);
    return { status: 200, html: statusPage(view) };
  } catch (error) {
    if (!(error instanceof BiolistenerError && error.code === 'API_SLOW')) throw error;
    return { status: 503, html: slowPage(health, error.message) };
  }
}
