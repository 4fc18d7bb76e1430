import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { createServer } from 'node:http';
import { messageOf } from '@biolistener/core';
import { reportHealth, type HealthCheck, type Log, type Metrics } from '@biolistener/telemetry';
import { apiError } from './errors.ts';

export interface OpsOptions {
  readonly host: string;
  readonly port: number;
  readonly checks: ReadonlyMap<string, HealthCheck>;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Brings gauges up to date before they are read. */
  readonly refresh?: () => Promise<void>;
}

export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Every route of the operations server, for the guard test and the documentation. */
export const OPS_ROUTES = {
  '/health': 'Each part with its state and a sentence; 200 while the process lives.',
  '/ready': 'As /health, but 503 when a part has failed that terminals need: for load balancers and orchestrators.',
  '/metrics': 'Prometheus metrics of every step.',
} as const;

export function opsApp({ checks, metrics, refresh }: OpsOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.get('/health', async (_req: Request, res: Response) => void res.json(await reportHealth(checks)));
  app.get('/ready', async (_req: Request, res: Response) => {
    const report = await reportHealth(checks);
    res.status(report.isReady ? 200 : 503).json(report);
  });
  app.get('/metrics', async (_req: Request, res: Response) => {
    await refreshed(refresh);
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return app;
}

const REFRESH_MS = 2_000;

/** Metrics are asked for most when something is wrong: gauges that cannot be brought up to date keep their last value. */
async function refreshed(refresh: OpsOptions['refresh']): Promise<void> {
  const late = new Promise<void>((done) => setTimeout(done, REFRESH_MS).unref());
  await Promise.race([refresh?.().catch(() => undefined), late]);
}

/** One place turns failures into a status: a correlation is in the log, nothing private in the reply. */
export function withErrors(app: Express, log: Log): Express {
  app.use(
    (_req: Request, res: Response) =>
      void res.status(404).json({ error: 'API_NOT_FOUND', message: 'there is no such page' }),
  );
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => {
    log.error({ path: req.path, reason: messageOf(error) }, 'a page failed');
    res.status(500).json({ error: 'API_FAILED', message: 'this failed; the log says why' });
  });
  return app;
}

export function serve(app: Express, { host, port }: { host: string; port: number }): Promise<RunningServer> {
  const server = createServer(app);
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? apiError('API_PORT_TAKEN', `port ${port} of ${host} is held by another program`, cause)
          : cause,
      ),
    );
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        stop: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}

/** Health and metrics of a process that has no API of its own. */
export async function startOps(options: OpsOptions): Promise<RunningServer> {
  return serve(withErrors(opsApp(options), options.log), options);
}
