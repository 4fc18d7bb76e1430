import { messageOf } from '@biolistener/core';
import { runTimeSettings, type Settings } from '@biolistener/config';
import { ErpNextClient, logTypeWarning, readCapabilities, RequestFailed, targetIdOf } from '@biolistener/erpnext';
import type { Store, Target } from '@biolistener/store';
import { span } from '../output.ts';
import { targetOf } from '../services/target.ts';
import { at, type Finding } from './finding.ts';

/** A site on the internet may need longer than a part of this machine. */
const TIMEOUT_MS = 5000;
const CLOCK_MS = 60_000;

export async function lookAtErpnext(
  settings: Settings,
  active: Target | undefined,
  store: Store | undefined,
): Promise<Finding[]> {
  const target = targetOf(settings);
  const hop = at('ERPNext');
  const sandbox =
    target.kind === 'sandbox'
      ? [
          hop.warn(
            'check-ins go to the sandbox, not to a real ERPNext',
            'biolistener erpnext connect --url … --key … --secret-file … --save. What went to the sandbox is delivered to the site then.',
          ),
        ]
      : [];
  const client = new ErpNextClient({ ...target, timeoutMs: TIMEOUT_MS });
  try {
    const asked = await ask(client, target.kind);
    return [
      ...sandbox,
      ...activeFinding(target.url, active),
      ...asked,
      ...factsOf(active),
      ...(await logTypeFinding(active, store)),
    ];
  } finally {
    client.close();
  }
}

async function ask(client: ErpNextClient, kind: ReturnType<typeof targetOf>['kind']): Promise<Finding[]> {
  const hop = at('ERPNext');
  try {
    const { serverTime, ms } = await client.request('GET', '/api/method/ping');
    const user = await client.ask('frappe.auth.get_logged_user');
    const name = typeof user === 'string' ? user : 'an unnamed user';
    return [
      hop.ok(`${client.url} answers in ${Math.round(ms)} ms and accepts the key of ${name}`),
      ...clockFinding(serverTime),
    ];
  } catch (error) {
    const isKey = error instanceof RequestFailed && error.failure.kind === 'key-refused';
    const todo = isKey
      ? 'Generate keys for the integration user and save them: biolistener erpnext connect --key … --secret-file … --save'
      : kind === 'sandbox'
        ? 'Start it: `biolistener up`, or `biolistener start sandbox`. Or connect a real ERPNext. Nothing is lost: deliveries wait.'
        : 'Check the address and the network. Nothing is lost: deliveries wait.';
    return [hop.bad(`${client.url}: ${messageOf(error)}`, todo)];
  }
}

/** One of the two clocks is wrong; which one, a person can tell. */
function clockFinding(serverTime: number | undefined): Finding[] {
  if (serverTime === undefined) return [];
  const ahead = Date.now() - serverTime;
  const hop = at('clock');
  if (Math.abs(ahead) <= CLOCK_MS) return [hop.ok('this machine and the site agree on the time')];
  const text = `this machine is ${span(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} the site`;
  return [
    hop.bad(
      text,
      'Switch on time synchronisation (`timedatectl set-ntp true`): terminals take their time from this machine.',
    ),
  ];
}

function activeFinding(url: string, active: Target | undefined): Finding[] {
  const hop = at('ERPNext');
  if (!active)
    return [
      hop.warn('no worker has connected to it yet', 'Start one: `biolistener up`, or `biolistener start worker`.'),
    ];
  if (active.id === targetIdOf(url)) return [];
  return [hop.bad(`the settings say ${url}, but check-ins still go to ${active.url}`, 'Restart biolistener.')];
}

/** What the worker found out when it connected. */
function factsOf(active: Target | undefined): Finding[] {
  const found = active === undefined ? undefined : readCapabilities(active.capabilities);
  if (!found) return [];
  const hop = at('self-test');
  if (found.verdict === 'refuse')
    return [
      hop.bad(
        `the worker does not deliver: ${found.reason ?? 'see erpnext check'}`,
        '`biolistener erpnext check` shows each point.',
      ),
    ];
  const findings = [
    hop.ok(`ready since ${found.checkedAt}; the site keeps time in ${found.siteZone ?? 'an unknown zone'}`),
  ];
  if (!found.punchIdField)
    findings.push(
      hop.warn(
        'Employee Checkin lacks the field that keeps punches single; they are looked up instead, which is slower',
        'biolistener erpnext connect --admin-key … --admin-secret-file … adds it.',
      ),
    );
  return findings;
}

/** By the policy of now, and the Shift Types that the worker saw. A terminal for one way has a log type by its role. */
async function logTypeFinding(active: Target | undefined, store: Store | undefined): Promise<Finding[]> {
  const found = active === undefined ? undefined : readCapabilities(active.capabilities);
  if (!found || store === undefined) return [];
  const policy = runTimeSettings(await store.listSettings())['log_type.policy'];
  const warning = logTypeWarning(policy, found.strictShiftTypes);
  if (!warning || (policy === 'role' && !(await hasBothWays(store)))) return [];
  return [at('log types').warn(warning.text, warning.todo)];
}

const hasBothWays = async (store: Store): Promise<boolean> =>
  (await store.allTerminals()).some(({ status, role = 'both' }) => status === 'approved' && role === 'both');
