import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { digestOf, messageOf } from '@biolistener/core';
import { readHint, WEBHOOK_PATH, writeHint } from '@biolistener/erpnext';
import { isWebhookSigned, WEBHOOK_SIGNATURE_HEADER } from '@biolistener/security';
import type { PeopleStore } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import { Recent } from './recent.ts';
import { TokenBuckets, type BucketLimits } from './token-buckets.ts';

export interface WebhookDeps {
  readonly store: Pick<PeopleStore, 'getCursor' | 'setCursor'>;
  /** All that may sign; asked for each call, so that a new secret needs no restart. None: nobody is let in. */
  readonly secrets: () => Promise<readonly string[]>;
  readonly log: Log;
  readonly now?: () => number;
  readonly limits?: { readonly perAddress: BucketLimits; readonly inAll: BucketLimits };
}

/** A site that saves a thousand documents at once sends a thousand of these from one address. */
const LIMITS = { perAddress: { burst: 200, perSecond: 50 }, inAll: { burst: 600, perSecond: 150 } };
/** Ours are some 150 bytes. */
const MOST_BYTES = 4096;
const REMEMBERED = 2000;

const told = (res: Response, status: number, error: string, message: string): void =>
  void res.status(status).json({ error, message });

/**
 * Takes the webhooks of ERPNext (docs/desk-sync.md). Whoever signs is only believed that it is worth looking: what
 * changed is read from the site itself.
 */
export function webhookRouter(deps: WebhookDeps): Router {
  const router = express.Router();
  const allowed = floodGate(deps);
  router.post(WEBHOOK_PATH, allowed, rawBody, receive(deps));
  router.use(WEBHOOK_PATH, (error: unknown, _req: Request, res: Response, next: NextFunction) => {
    const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
    if (status === 413) told(res, 413, 'WEBHOOK_TOO_LARGE', 'this is larger than any of our webhooks');
    else if (status === 400) told(res, 400, 'WEBHOOK_BROKEN', 'the body did not come as it was announced');
    else next(error);
  });
  return router;
}

const rawBody = express.raw({ type: () => true, limit: MOST_BYTES, inflate: false });

function floodGate({ log, now = Date.now, limits = LIMITS }: WebhookDeps) {
  const each = new TokenBuckets(limits.perAddress, now);
  const all = new TokenBuckets(limits.inAll, now);
  return (req: Request, res: Response, next: NextFunction): void => {
    const address = req.ip ?? '';
    if (each.take(address) && all.take('')) return next();
    log.debug({ address }, 'webhook refused, too many');
    res.set('Retry-After', '1');
    told(res, 429, 'WEBHOOK_TOO_MANY', 'too many webhooks; what they announce is found by itself within a minute');
  };
}

function receive({ store, secrets, log }: WebhookDeps) {
  const handled = new Recent(REMEMBERED);
  return async (req: Request, res: Response): Promise<void> => {
    const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    if (!isWebhookSigned(await secrets(), body, req.get(WEBHOOK_SIGNATURE_HEADER))) {
      log.warn({ address: req.ip }, 'webhook refused, its signature does not fit');
      return told(res, 401, 'WEBHOOK_UNSIGNED', 'the signature does not fit the secret');
    }
    const hint = readHint(parsed(body));
    if (hint === undefined) return told(res, 422, 'WEBHOOK_UNKNOWN', 'this announces nothing that is followed here');
    // the same bytes again are a second try of the site, or a replay: what they announce was looked at, or will be
    const digest = digestOf(body);
    if (!handled.has(digest)) {
      if (!(await kept(store, hint, log))) return told(res, 503, 'WEBHOOK_NOT_KEPT', 'try again');
      handled.add(digest);
    }
    log.debug({ doctype: hint.doctype, event: hint.event }, 'webhook taken');
    res.status(202).json({ taken: true });
  };
}

async function kept(store: WebhookDeps['store'], hint: Parameters<typeof writeHint>[1], log: Log): Promise<boolean> {
  try {
    await writeHint(store, hint);
    return true;
  } catch (error) {
    log.error({ reason: messageOf(error) }, 'a webhook could not be kept');
    return false;
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined; // no hint
  }
}
