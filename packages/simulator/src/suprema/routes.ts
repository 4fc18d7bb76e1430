import { ok, refusal, type Reply } from './directory.ts';
import type { Condition, JsonRecord } from './event-log.ts';
import type { SimulatedBioStar } from './server.ts';
import type { Session } from './sessions.ts';

export interface Call {
  readonly method: string;
  /** Below `/api`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly rawQuery: string;
  readonly body: unknown;
  readonly sessionId: string | undefined;
}

type WithSession = Reply & { readonly session?: string };
type Handler = (
  call: Call,
  server: SimulatedBioStar,
  session: Session,
  parts: readonly string[],
) => Reply | Promise<Reply>;

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name] // it is an object that has it
    : undefined;
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** Answers one call: login is open to all, everything else needs a session (§1). */
export async function answerCall(call: Call, server: SimulatedBioStar): Promise<WithSession> {
  if (call.method === 'POST' && call.path === '/login') return login(call, server);
  const session = server.sessions.find(call.sessionId);
  if (!session) return refusal('10');
  for (const [method, pattern, handler] of ROUTES) {
    const found = method === call.method ? pattern.exec(call.path) : null;
    if (found) return handler(call, server, session, found.slice(1).map(decodeURIComponent));
  }
  return refusal('103');
}

function login({ body }: Call, server: SimulatedBioStar): WithSession {
  const user = field(body, 'User');
  const session = server.sessions.login(text(field(user, 'login_id')), text(field(user, 'password')));
  if (!session) return refusal('101');
  return { ...ok({ User: { user_id: '1', name: session.account } }), session: session.id };
}

function listDevices(server: SimulatedBioStar): Reply {
  const rows = [...server.devices.values()].map(({ id, name, status }) => ({ id, name, status }));
  return ok({ DeviceCollection: { total: String(rows.length), rows } });
}

function conditionsOf(value: unknown): Condition[] {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [];
  return list.map((each) => {
    const values = field(each, 'values');
    return {
      column: text(field(each, 'column')),
      operator: Number(field(each, 'operator')),
      values: Array.isArray(values) ? (values as readonly unknown[]).map(text) : [],
    };
  });
}

function searchEvents({ body }: Call, server: SimulatedBioStar, session: Session): Reply {
  const query = field(body, 'Query');
  const limit = Number(field(query, 'limit'));
  if (!Number.isInteger(limit) || limit < 1) {
    server.violations.push('events/search without limit (§6.1)');
    if (server.switches.searchLogsOutOnMissingLimit) server.sessions.end(session.id);
    return refusal('10');
  }
  const offset = Number(field(query, 'offset') ?? 0);
  const rows = server.events.search(conditionsOf(field(query, 'conditions')), { limit, offset });
  if (!rows) return refusal('65536');
  // what is empty comes in whatever form
  return ok({ EventCollection: rows.length === 0 ? { rows: null } : { rows } });
}

/** Before the socket is bound it answers success, and nothing ever arrives (§5). */
function startEvents(_call: Call, server: SimulatedBioStar, session: Session): Reply {
  if (session.isBound) session.isStarted = true;
  else server.violations.push('events/start before the socket was bound (§5)');
  return ok();
}

async function scan(_call: Call, server: SimulatedBioStar): Promise<Reply> {
  const next = server.scans.shift();
  if (next?.delayMs !== undefined) await new Promise((done) => setTimeout(done, next.delayMs));
  return next?.body ? ok(next.body) : refusal('65735');
}

const picture = (): Reply => {
  const template = (size: number): JsonRecord => ({ template_ex: Buffer.alloc(size, 7).toString('base64') });
  return ok({ image: 'AAAA', image_template: template(544), image_template_2: template(544) });
};

/** Several ids joined by plus signs, which a query parser would take for blanks. */
const idsOf = (rawQuery: string): string[] =>
  (/[?&]id=([^&]*)/.exec(rawQuery)?.[1] ?? '')
    .split('+')
    .map(decodeURIComponent)
    .filter((id) => id !== '');

const ROUTES: readonly (readonly [string, RegExp, Handler])[] = [
  ['POST', /^\/logout$/, (_call, server, session) => (server.sessions.end(session.id), ok())],
  ['GET', /^\/devices$/, (_call, server) => listDevices(server)],
  ['POST', /^\/v2\/devices\/search$/, (_call, server) => listDevices(server)],
  ['GET', /^\/setting\/biostar$/, () => ok({ Setting: { version: '2.9.6', api: 'true' } })],
  [
    'GET',
    /^\/event_types$/,
    () => ok({ EventTypeCollection: { rows: [{ code: '4867', name: 'IDENTIFY_SUCCESS_FACE' }] } }),
  ],
  ['GET', /^\/users\/next_user_id$/, (_call, server) => server.directory.nextUserId()],
  [
    'GET',
    /^\/users$/,
    ({ query }, server) =>
      server.directory.listUsers(Number(query.get('limit') ?? 50), Number(query.get('offset') ?? 0)),
  ],
  [
    'POST',
    /^\/v2\/users\/search$/,
    ({ body }, server) =>
      server.directory.listUsers(Number(field(body, 'limit') ?? 50), Number(field(body, 'offset') ?? 0)),
  ],
  ['POST', /^\/users$/, ({ body }, server) => server.directory.createUser(body)],
  ['DELETE', /^\/users$/, ({ rawQuery }, server) => server.directory.deleteUsers(idsOf(rawQuery))],
  ['PUT', /^\/users\/check\/upload_picture$/, picture],
  ['GET', /^\/users\/([^/]+)$/, (_call, server, _session, [id = '']) => server.directory.getUser(id)],
  ['PUT', /^\/users\/([^/]+)$/, ({ body }, server, _session, [id = '']) => server.directory.changeUser(id, body)],
  ['POST', /^\/user_groups$/, ({ body }, server) => server.directory.addGroup(body)],
  [
    'POST',
    /^\/v2\/user_groups\/search$/,
    (_call, { directory }) => directory.listGroups(directory.groups, 'UserGroupCollection'),
  ],
  [
    'POST',
    /^\/v2\/access_groups\/search$/,
    (_call, { directory }) => directory.listGroups(directory.accessGroups, 'AccessGroupCollection'),
  ],
  ['POST', /^\/cards$/, ({ body }, server) => server.directory.createCards(body)],
  ['GET', /^\/cards$/, (_call, server) => server.directory.listCards()],
  ['POST', /^\/cards\/blacklist$/, ({ body }, server) => server.directory.block(body)],
  ['POST', /^\/devices\/(\d+)\/scan_(?:card|fingerprint)$/, scan],
  ['GET', /^\/devices\/(\d+)\/credentials\/face$/, scan],
  ['POST', /^\/events\/search$/, searchEvents],
  ['POST', /^\/events\/start$/, startEvents],
  ['GET', /^\/events\/images\/(.+)$/, () => ok({ ImageLog: { data: '' } })],
];
