import { type Answer, callMethod, onDoctype, onDocument } from './api-v1.ts';
import { routeV2 } from './api-v2.ts';
import { identify } from './auth.ts';
import type { Call } from './call.ts';
import { errorBody, errorBodyV2 } from './error-body.ts';
import { bareMissing, unknownSite } from './failures.ts';
import { fileReply, getReadable } from './files/download.ts';
import { readForm } from './form.ts';
import { FrappeError, PageError } from './frappe-error.ts';
import { decodePart, htmlReply, jsonReply, type SiteReply, type SiteRequest } from './http-words.ts';
import type { Site } from './site.ts';
import { wallAt } from './site-time.ts';
import { Transaction } from './transaction.ts';

const SITE_NAMES = ['sandbox.localhost', 'localhost', '127.0.0.1'];
const WRITE_VERBS = ['POST', 'PUT', 'DELETE', 'PATCH'];
/** Under token authentication every answer still sets a guest's cookies (erpnext-contract.md §1.1). */
const COOKIES = [
  'sid=Guest; Path=/; SameSite=Lax',
  'system_user=no; Path=/',
  'full_name=Guest; Path=/',
  'user_id=Guest; Path=/',
];

function route(call: Call, path: string): Answer {
  if (!path.startsWith('/api/')) return { status: 200, body: undefined, file: getReadable(call, decodePart(path)) };
  const [, , family = '', ...rest] = path.split('/').map(decodePart);
  const parts = rest.filter((part, index) => part !== '' || index < rest.length - 1);
  if (family === 'v2' && call.site.profile.hasStrictRoutes) return routeV2(call, parts);
  if (family === 'v1' && call.site.profile.hasStrictRoutes) return routeV1(call, parts[0] ?? '', parts.slice(1));
  return routeV1(call, family, parts);
}

function routeV1(call: Call, family: string, parts: readonly string[]): Answer {
  const [first, ...rest] = parts;
  if (first === undefined) throw bareMissing();
  if (family === 'method') return callMethod(call, parts.join('/'));
  if (family !== 'resource') throw bareMissing();
  // names may hold slashes, raw or encoded
  return rest.length === 0 ? onDoctype(call, first) : onDocument(call, first, rest.join('/'));
}

function checkSite(request: SiteRequest): void {
  const name = request.headers['x-frappe-site-name'];
  if (typeof name === 'string' && !SITE_NAMES.includes(name)) throw unknownSite(name);
}

/** One request is one transaction: committed for writing verbs, rolled back for GET (§2.7). */
async function answer(
  site: Site,
  request: SiteRequest,
  tx: Transaction,
  refuse: (verb: string) => void,
): Promise<SiteReply> {
  checkSite(request);
  refuse(request.method);
  const { args, upload } = readForm(request);
  const now = wallAt(site.instant().getTime(), site.timeZone);
  const caller = identify(tx, request.headers.authorization, now);
  const uploaded = upload === undefined ? {} : { upload };
  const call: Call = { site, tx, ...caller, verb: request.method, args, siteUrl: request.siteUrl, now, ...uploaded };
  const { status, body, isCommitted, file } = route(call, request.path);
  const isWrite = WRITE_VERBS.includes(request.method) || isCommitted === true;
  if (isWrite) tx.commit();
  // also a reader waits: what it saw must not be lost after it was told
  await site.store.settled();
  if (isWrite) for (const job of tx.takeJobs()) job();
  return file === undefined ? jsonReply(status, body) : fileReply(file);
}

/** A failure as this caller would meet it: JSON, or a page where Accept asks for text (§1.4). */
function failureReply(site: Site, request: SiteRequest, error: unknown): SiteReply {
  if (error instanceof PageError) return htmlReply(error.status, error.html);
  const known =
    error instanceof FrappeError
      ? error
      : new FrappeError({
          status: 500,
          type: error instanceof Error ? error.name : 'Error',
          text: String(error),
          module: '',
        });
  const { status, headers = {}, type } = known.spec;
  if (request.headers.accept?.startsWith('text') === true) {
    return htmlReply(status, `<!doctype html>\n<title>${status}</title>\n<h1>${type}</h1>\n`, headers);
  }
  const isV2 = request.path.startsWith('/api/v2/') && site.profile.hasStrictRoutes;
  const body = isV2 ? errorBodyV2(known, site.hasTracebacks) : errorBody(known, site.profile, site.hasTracebacks);
  return jsonReply(status, body, headers);
}

/**
 * Answers one request under /api/, /files/ or /private/files/.
 * `refuse` throws where a fault says so; it stands where a real site is in maintenance or over its limit: before the body
 * is read and before anybody is identified.
 */
export async function handleApi(site: Site, request: SiteRequest, refuse: (verb: string) => void): Promise<SiteReply> {
  const tx = new Transaction(site.store, request.snapshot);
  let reply: SiteReply;
  try {
    reply = await answer(site, request, tx, refuse);
  } catch (error) {
    tx.rollback();
    reply = failureReply(site, request, error);
  }
  const caching = site.profile.forbidsCaching ? { 'Cache-Control': 'no-store,no-cache,must-revalidate,max-age=0' } : {};
  return { ...reply, headers: { ...reply.headers, ...caching, 'Set-Cookie': COOKIES } };
}
