import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { randomUUID } from 'node:crypto';
import { BiolistenerError, messageOf, type ErrorDescription } from '@biolistener/core';
import { ROSTER_ERRORS } from '@biolistener/roster';
import type { Log } from '@biolistener/telemetry';
import type { z } from 'zod';
import { API_ERRORS, apiError } from '../errors.ts';
import { TokenBuckets, type BucketLimits } from '../webhooks/token-buckets.ts';
import { callerOf, demand, Tokens } from './auth.ts';
import { openApiDocument } from './openapi.ts';
import type { AnyRoute, CallContext } from './route.ts';
import { ROUTES } from './routes/index.ts';
import { statusOf } from './status-of.ts';
import type { WorkDeps } from './work/index.ts';

export interface V1Deps extends WorkDeps {
  readonly keyIds: () => readonly string[];
  readonly log: Log;
  readonly limits?: { readonly perToken: BucketLimits; readonly perStranger: BucketLimits };
}

/** A dashboard asks in bursts; whoever has no valid token gets few tries, so that nobody guesses. */
const LIMITS = { perToken: { burst: 120, perSecond: 30 }, perStranger: { burst: 20, perSecond: 1 } };
const MOST_BYTES = '256kb';

/** Everything under /api/v1: who asks, may they, how often; then the route; then its reply and nothing else. */
export function v1Router(deps: V1Deps): Router {
  const router = express.Router();
  const document = openApiDocument();
  router.use((_req, res, next) => {
    res.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    next();
  });
  router.get('/openapi.json', (_req: Request, res: Response) => void res.json(document));
  const gate = gateOf(deps);
  const body = express.json({ limit: MOST_BYTES, strict: true, type: () => true });
  for (const one of ROUTES) {
    const path = one.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const steps = [gate(one), ...(one.body === undefined ? [] : [body]), answer(one, deps)];
    router[one.method](path, ...steps);
  }
  router.use((req: Request) => {
    throw apiError('API_NOT_FOUND', `there is no ${req.method} of this path`);
  });
  router.use(failed(deps));
  return router;
}

interface Known {
  caller: CallContext['caller'];
}

/** Token, limits and permission, before a body is read. */
function gateOf({ store, now, limits = LIMITS }: V1Deps) {
  const tokens = new Tokens(store, now);
  const known = new TokenBuckets(limits.perToken, now);
  const strangers = new TokenBuckets(limits.perStranger, now);
  const refuse = (who: string): never => {
    throw apiError('API_TOO_MANY', `too many requests of ${who}`);
  };
  return (one: AnyRoute) =>
    async (req: Request, res: Response<unknown, Known>, next: NextFunction): Promise<void> => {
      const token = await tokens.identify(req.get('authorization')).catch((error: unknown) => {
        if (error instanceof BiolistenerError && !strangers.take(req.ip ?? '')) refuse('this address');
        throw error;
      });
      if (!known.take(token.id)) refuse(`the token ${token.name}`);
      res.locals.caller = callerOf(token);
      demand(res.locals.caller, one.permission);
      next();
    };
}

function answer(one: AnyRoute, deps: V1Deps) {
  return async (req: Request, res: Response<unknown, Known>): Promise<void> => {
    const { caller } = res.locals;
    const input = {
      params: checked(one.params, req.params),
      query: checked(one.query, req.query),
      body: one.body === undefined ? {} : checked(one.body, req.body ?? {}),
    };
    const ctx: CallContext = { ...deps, caller, demand: (permission) => demand(caller, permission) };
    const reply = one.reply.parse(await one.run(input, ctx));
    if (one.method !== 'get') deps.log.info({ actor: caller.actor, route: one.id }, 'the API changed something');
    res.status(one.status ?? 200).json(reply);
  };
}

/** Errors: API_INVALID naming the first field that does not fit, and never its value. */
function checked<S extends z.ZodType>(shape: S, value: unknown): z.output<S> {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  throw apiError('API_INVALID', `${path === '' ? '' : `${path}: `}${issue?.message ?? 'does not fit'}`);
}

const CATALOG: Readonly<Record<string, ErrorDescription>> = { ...API_ERRORS, ...ROSTER_ERRORS };

/** Codes become statuses here and nowhere else. What nobody meant is told without particulars. */
function failed({ log }: V1Deps) {
  return (thrown: unknown, req: Request, res: Response, next: NextFunction): void => {
    if (res.headersSent) return next(thrown);
    const error = understood(thrown);
    if (error === undefined) return unexpected(thrown, req, res, log);
    if (error.code === 'API_UNAUTHORISED') res.set('WWW-Authenticate', 'Bearer');
    if (error.code === 'API_TOO_MANY') res.set('Retry-After', '1');
    const advice = CATALOG[error.code]?.fix;
    const told = { error: error.code, message: error.message, ...(advice === undefined ? {} : { advice }) };
    res.status(statusOf(error.code, error.kind)).json(told);
  };
}

/** Failures of ours on purpose, and those of the body parser. */
function understood(thrown: unknown): BiolistenerError | undefined {
  if (thrown instanceof BiolistenerError) return thrown.kind === 'ours' ? undefined : thrown;
  const status = typeof thrown === 'object' && thrown !== null && 'status' in thrown ? thrown.status : undefined;
  if (status === 413) return apiError('API_TOO_LARGE', `a body may have ${MOST_BYTES}`);
  if (thrown instanceof URIError) return apiError('API_INVALID', 'the path cannot be decoded');
  return status === 400 ? apiError('API_INVALID', 'the body is no JSON') : undefined;
}

function unexpected(thrown: unknown, req: Request, res: Response, log: Log): void {
  const correlationId = randomUUID();
  log.error(
    { method: req.method, path: req.path, correlationId, reason: messageOf(thrown) },
    'a request of the API failed',
  );
  res.status(500).json({ error: 'API_FAILED', message: 'this failed; the log says why', correlationId });
}
