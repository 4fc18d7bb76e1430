import { isObject } from './document.ts';
import type { FaultControl } from './fault-control.ts';
import type { Fault, FaultScope } from './faults.ts';
import { jsonReply, type SiteReply, type SiteRequest } from './http-words.ts';
import type { Site } from './site.ts';
import { HIDDEN_KINDS } from './transaction.ts';

/** The private control path: no part of any ERPNext, open to whoever reaches the port (docs/sandbox.md). */

type Instruction = Readonly<Record<string, unknown>>;

class BadInstruction extends Error {}

function textIn(item: Instruction, name: string): string {
  const value = item[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new BadInstruction(`${name} must be a text`);
}

function numberIn(item: Instruction, name: string): number {
  const value = item[name];
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new BadInstruction(`${name} must be a number, 0 or more`);
}

function switchIn(item: Instruction, name: string): boolean {
  const value = item[name];
  if (typeof value === 'boolean') return value;
  throw new BadInstruction(`${name} must be true or false`);
}

const optional = <T>(item: Instruction, name: string, read: (item: Instruction, name: string) => T): T | undefined =>
  item[name] === undefined ? undefined : read(item, name);

function scopeIn(item: Instruction): FaultScope {
  const scope = {
    id: optional(item, 'id', textIn),
    path: optional(item, 'path', textIn),
    method: optional(item, 'method', textIn),
    skip: optional(item, 'skip', numberIn),
    count: optional(item, 'count', numberIn),
    probability: optional(item, 'probability', numberIn),
    seed: optional(item, 'seed', numberIn),
  };
  return Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined));
}

function faultIn(item: Instruction, kind: string): Fault {
  const scope = scopeIn(item);
  switch (kind) {
    case 'delay':
    case 'delay-answer':
      return { ...scope, kind, ms: numberIn(item, 'ms') };
    case 'race': {
      const parties = optional(item, 'parties', numberIn);
      return { ...scope, kind, ms: numberIn(item, 'ms'), ...(parties === undefined ? {} : { parties }) };
    }
    case 'broken': {
      const [exception, text] = [optional(item, 'exception', textIn), optional(item, 'text', textIn)];
      const words = { ...(exception === undefined ? {} : { exception }), ...(text === undefined ? {} : { text }) };
      return { ...scope, kind, status: numberIn(item, 'status'), ...words };
    }
    case 'rate-limit':
      return { ...scope, kind, retryAfterSeconds: optional(item, 'retryAfterSeconds', numberIn) ?? 1 };
    case 'webhook-delay':
      return { ...scope, kind, ms: numberIn(item, 'ms') };
    case 'webhook-duplicate': {
      const copies = optional(item, 'copies', numberIn);
      return { ...scope, kind, ...(copies === undefined ? {} : { copies }) };
    }
    case 'webhook-reorder': {
      const [size, ms] = [optional(item, 'size', numberIn), optional(item, 'ms', numberIn)];
      return { ...scope, kind, ...(size === undefined ? {} : { size }), ...(ms === undefined ? {} : { ms }) };
    }
    case 'webhook-answer':
      return { ...scope, kind, status: numberIn(item, 'status') };
    case 'webhook-drop':
    case 'webhook-down':
    case 'webhook-timeout':
    case 'drop-after-commit':
    case 'drop-before-commit':
    case 'bad-gateway':
    case 'unavailable':
    case 'gateway-timeout':
    case 'maintenance':
    case 'read-only':
    case 'unauthorized':
    case 'deadlock':
    case 'lock-timeout':
      return { ...scope, kind };
    default:
      throw new BadInstruction(`no such kind: ${kind}`);
  }
}

async function obey(control: FaultControl, item: Instruction): Promise<unknown> {
  const kind = textIn(item, 'kind');
  switch (kind) {
    case 'clear':
      return control.clear();
    case 'remove':
      return control.remove(textIn(item, 'id'));
    case 'time-zone':
      return control.setTimeZone(textIn(item, 'timeZone'));
    case 'rename-employee':
      return control.renameEmployee(textIn(item, 'from'), textIn(item, 'to'));
    case 'rotate-key':
      return { secret: await control.rotateKey(textIn(item, 'user'), optional(item, 'secret', textIn)) };
    case 'tracebacks':
      return control.setTracebacks(switchIn(item, 'on'));
    case 'hrms':
      return control.setHrms(switchIn(item, 'on'));
    default:
      return { id: control.add(faultIn(item, kind)) };
  }
}

/** `POST /__sandbox/faults`: one instruction or an array of them; nothing after a bad one is done. */
async function postFaults(control: FaultControl, request: SiteRequest): Promise<SiteReply> {
  const results: unknown[] = [];
  try {
    const body: unknown = JSON.parse(request.body.toString('utf8'));
    for (const item of Array.isArray(body) ? body : [body]) {
      if (!isObject(item)) throw new BadInstruction('an instruction is an object with a kind');
      results.push((await obey(control, item)) ?? {});
    }
    return jsonReply(200, { ok: true, results });
  } catch (error) {
    return jsonReply(400, { ok: false, problem: error instanceof Error ? error.message : String(error), results });
  }
}

function state(site: Site, control: FaultControl, requests: number): SiteReply {
  const doctypes = site.store.doctypes().filter((name) => !HIDDEN_KINDS.includes(name));
  return jsonReply(200, {
    sandbox: true,
    profile: site.profile.name,
    timeZone: site.timeZone,
    hasHrms: site.hasHrms,
    hasTracebacks: site.hasTracebacks,
    requests,
    counts: Object.fromEntries(doctypes.map((name) => [name, site.store.count(name)])),
    faults: control.list(),
  });
}

export async function handleControl(
  site: Site,
  control: FaultControl,
  request: SiteRequest,
  requests: number,
): Promise<SiteReply> {
  const what = `${request.method} ${request.path}`;
  if (what === 'GET /__sandbox/state') return state(site, control, requests);
  if (what === 'GET /__sandbox/faults') return jsonReply(200, { faults: control.list() });
  if (what === 'POST /__sandbox/faults') return postFaults(control, request);
  if (what !== 'DELETE /__sandbox/faults') return jsonReply(404, { ok: false, problem: 'no such control path' });
  control.clear();
  return jsonReply(200, { ok: true });
}
