import { messageOf, type LogTypePolicyKind, type ZoneName } from '@biolistener/core';
import type { Capabilities } from './capabilities.ts';
import { ErpNextClient, type SiteAccess } from './client.ts';
import { EMPLOYEE, EMPLOYEE_CHECKIN, PUNCH_ID_FIELD, SHIFT_TYPE, textIn } from './doctypes.ts';
import { RequestFailed } from './failure.ts';
import { logTypeWarning } from './log-type-warning.ts';
import { probePunch, type ProbeFindings } from './probe-punch.ts';
import { readField } from './provision.ts';
import { isRecord } from './server-text.ts';
import { strictShiftTypes } from './shift-types.ts';
import { judgeZone } from './zone.ts';

export type CheckState = 'pass' | 'warn' | 'fail' | 'skipped';

export interface CheckResult {
  readonly check:
    'reach' | 'key' | 'hrms' | 'employees' | 'check-ins' | 'punch-id' | 'times' | 'zone' | 'shift-types' | 'log-types';
  readonly state: CheckState;
  /** For people: what was found, and what to do when it is not good. */
  readonly detail: string;
}

export interface SelfTestReport {
  readonly url: string;
  readonly checks: readonly CheckResult[];
  readonly capabilities: Capabilities;
  /** Probe check-ins that the user may not delete: whoever repeats the test adds to them. */
  readonly leftBehind: readonly string[];
}

export interface SelfTestOptions {
  /** What settings say about the site's zone; needed where the user may not read it. */
  readonly siteZone?: ZoneName | undefined;
  readonly employeeIdField: string;
  /** A policy that leaves check-ins without a log type does not fit every Shift Type. */
  readonly logTypePolicy: LogTypePolicyKind;
  /** false: write nothing on the site; what a write would show is left open. */
  readonly mayWrite: boolean;
  /** Employee for the probe punch; the first active one otherwise. */
  readonly probeEmployee?: string | undefined;
  /** An earlier test, whose findings stand where this one does not look. */
  readonly earlier?: Capabilities | undefined;
  readonly now?: number;
}

/** A check that stops the test: nothing after it could succeed. */
class Stop extends Error {}

/** Opens the site, tests it, closes it. Throws nothing for what the site says: the report tells. */
export async function connectSite(options: SiteAccess & SelfTestOptions): Promise<SelfTestReport> {
  const client = new ErpNextClient(options);
  try {
    return await testSite(client, options);
  } finally {
    client.close();
  }
}

/**
 * The connect self-test: tries out what versions and permissions decide, instead of trusting version numbers
 * (contract §9; design promise 10). Errors: RequestFailed only for the way to the site (network, busy): try again later.
 */
export async function testSite(client: ErpNextClient, options: SelfTestOptions): Promise<SelfTestReport> {
  const test = new SelfTest(client, options);
  try {
    await test.run();
  } catch (error) {
    if (!(error instanceof Stop)) throw error; // the reason stands in the checks
  }
  return test.report();
}

class SelfTest {
  readonly #client: ErpNextClient;
  readonly #options: SelfTestOptions;
  readonly #checks: CheckResult[] = [];
  #user: string | undefined;
  #versions: Readonly<Record<string, string>> = {};
  #punchIdField = false;
  #probe: ProbeFindings | undefined;
  #zone: { name: ZoneName; source: 'site' | 'setting' } | undefined;
  #autoUpdated: readonly string[] | undefined;
  #strict: readonly string[] | undefined;

  constructor(client: ErpNextClient, options: SelfTestOptions) {
    this.#client = client;
    this.#options = options;
  }

  async run(): Promise<void> {
    await this.#reach();
    await this.#key();
    await this.#hrms();
    const employee = await this.#employees();
    await this.#checkIns();
    await this.#punchId();
    await this.#times(employee);
    await this.#siteZone();
    await this.#shiftTypes();
    await this.#logTypes();
  }

  report(): SelfTestReport {
    const failed = this.#checks.find((check) => check.state === 'fail');
    const earlier = this.#options.earlier;
    return {
      url: this.#client.url,
      checks: this.#checks,
      leftBehind: this.#probe?.leftBehind ?? [],
      capabilities: {
        checkedAt: new Date(this.#options.now ?? Date.now()).toISOString(),
        verdict: failed ? 'refuse' : 'ready',
        reason: failed?.detail,
        user: this.#user,
        versions: this.#versions,
        siteZone: this.#zone?.name,
        zoneSource: this.#zone?.source,
        punchIdField: this.#punchIdField,
        timeIsKept: this.#probe?.timeIsKept ?? (this.#isSameUser(earlier) ? earlier?.timeIsKept : undefined),
        keepsMicroseconds: this.#probe?.keepsMicroseconds ?? earlier?.keepsMicroseconds,
        autoUpdatedShiftTypes: this.#autoUpdated,
        strictShiftTypes: this.#strict,
      },
    };
  }

  #isSameUser(earlier: Capabilities | undefined): boolean {
    return earlier?.user !== undefined && earlier.user === this.#user;
  }

  #note(check: CheckResult['check'], state: CheckState, detail: string): void {
    this.#checks.push({ check, state, detail });
  }

  /** Runs a step; a refusal by the site becomes a failed check with `advice`, silence of the site is thrown on. */
  async #step<T>(check: CheckResult['check'], advice: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RequestFailed) || isPassing(error)) throw error;
      this.#note(check, 'fail', `${messageOf(error)}. ${advice}`);
      throw new Stop();
    }
  }

  async #reach(): Promise<void> {
    const advice = 'Is this the address of the site itself, and is its name right?';
    await this.#step('reach', advice, () => this.#ping());
    this.#note('reach', 'pass', `${this.#client.url} answers.`);
  }

  /** A bad key is refused even here (contract §1.2); that the site is there is then told all the same. */
  async #ping(): Promise<void> {
    try {
      await this.#client.ask('ping');
    } catch (error) {
      if (!(error instanceof RequestFailed && error.failure.kind === 'key-refused')) throw error;
    }
  }

  async #key(): Promise<void> {
    const advice = 'Generate keys for the integration user and set them again; an old secret stops working at once.';
    const user = await this.#step('key', advice, () => this.#client.ask('frappe.auth.get_logged_user'));
    this.#user = typeof user === 'string' ? user : undefined;
    this.#note('key', 'pass', `The key belongs to ${this.#user ?? 'an unnamed user'}.`);
  }

  async #hrms(): Promise<void> {
    const told = await this.#step('hrms', 'The user must be able to sign in.', () =>
      this.#client.ask('frappe.utils.change_log.get_versions'),
    );
    this.#versions = readVersions(told);
    const versions = Object.entries(this.#versions).map(([app, version]) => `${app} ${version}`);
    if ('hrms' in this.#versions) return this.#note('hrms', 'pass', versions.join(', '));
    // v13 and older kept Employee Checkin in ERPNext; whether it is there shows in the check after next
    this.#note(
      'hrms',
      'fail',
      `Frappe HR (the app "hrms") is not installed: ${versions.join(', ') || 'no versions told'}.`,
    );
    throw new Stop();
  }

  async #employees(): Promise<string | undefined> {
    const field = this.#options.employeeIdField;
    const advice = `The user needs to read Employee with the field ${field} (role HR User).`;
    const rows = await this.#step('employees', advice, () =>
      this.#client.list(EMPLOYEE, {
        fields: [...new Set(['name', 'status', field])],
        filters: [['status', '=', 'Active']],
        orderBy: 'name asc',
        length: 1,
      }),
    );
    const [first] = rows;
    if (!first) this.#note('employees', 'warn', 'No active employee is visible. Does the user have user permissions?');
    else if (!(field in first)) {
      this.#note('employees', 'fail', `The site does not show the field ${field} of Employee. ${advice}`);
      throw new Stop();
    } else this.#note('employees', 'pass', `Employees are found by ${field}.`);
    return first && textIn(first, 'name');
  }

  async #checkIns(): Promise<void> {
    const advice = 'The user needs to read and create Employee Checkin (role HR User).';
    await this.#step('check-ins', advice, () =>
      this.#client.list(EMPLOYEE_CHECKIN, { fields: ['name', 'time', 'log_type'], orderBy: 'name asc', length: 1 }),
    );
    this.#note('check-ins', 'pass', 'Employee Checkin can be read.');
  }

  async #punchId(): Promise<void> {
    const without = 'Check-ins are looked up before any resend instead. `biolistener erpnext connect` can add it.';
    const state = await findPunchIdField(this.#client);
    this.#punchIdField = state === 'unique' || state === 'there';
    if (this.#punchIdField) this.#note('punch-id', 'pass', `Employee Checkin has the unique field ${PUNCH_ID_FIELD}.`);
    else if (state === 'plain') this.#note('punch-id', 'warn', `${PUNCH_ID_FIELD} is there but not unique. ${without}`);
    else this.#note('punch-id', 'warn', `Employee Checkin has no field ${PUNCH_ID_FIELD}. ${without}`);
  }

  async #times(found: string | undefined): Promise<void> {
    const employee = this.#options.probeEmployee ?? found;
    if (!this.#options.mayWrite || employee === undefined) {
      if (this.#options.earlier?.timeIsKept === false && this.#isSameUser(this.#options.earlier))
        return this.#note('times', 'fail', WRONG_TIME_ADVICE);
      return this.#note('times', 'skipped', 'Nothing was written; the first real check-in is compared instead.');
    }
    const needed = 'The user needs to create Employee Checkin (role HR User); docs/erpnext.md lists other reasons.';
    this.#probe = await this.#step('times', needed, () => probePunch(this.#client, employee, this.#punchIdField));
    if (!this.#probe.timeIsKept) {
      const rest = this.#probe.leftBehind.join(', ');
      const advice = rest === '' ? '' : ` The user may not delete either: remove ${rest} by hand.`;
      return this.#note('times', 'fail', `${WRONG_TIME_ADVICE}${advice}`);
    }
    if (this.#probe.refusesSecond === false) {
      this.#punchIdField = false;
      this.#note('punch-id', 'warn', `${PUNCH_ID_FIELD} took the same id twice: it is not unique, so it is not used.`);
    }
    const left = this.#probe.leftBehind;
    if (left.length === 0)
      this.#note('times', 'pass', 'A check-in dated in 2000 kept its time, and was removed again.');
    else this.#note('times', 'warn', `Times are kept, but the user may not delete: remove ${left.join(', ')} by hand.`);
  }

  async #siteZone(): Promise<void> {
    const verdict = judgeZone({
      told: await askZone(this.#client),
      configured: this.#options.siteZone,
      measuredOffsetMinutes: this.#probe?.measuredOffsetMinutes,
      now: this.#options.now ?? Date.now(),
    });
    if (verdict.kind !== 'known') return this.#note('zone', 'fail', verdict.detail);
    this.#zone = { name: verdict.zone, source: verdict.source };
    const by = verdict.source === 'site' ? 'the site says so' : 'by setting';
    const isSure = verdict.source === 'site' || verdict.isMeasured;
    const seen = verdict.isMeasured ? ', and its clock agrees' : isSure ? '' : '; not compared with its clock yet';
    this.#note('zone', isSure ? 'pass' : 'warn', `The site keeps time in ${verdict.zone} (${by}${seen}).`);
  }

  async #shiftTypes(): Promise<void> {
    this.#autoUpdated = await askAutoUpdated(this.#client);
    const names = this.#autoUpdated ?? [];
    if (names.length === 0) return this.#note('shift-types', 'pass', 'No Shift Type moves its last sync by itself.');
    const which = names.slice(0, 5).join(', ');
    this.#note(
      'shift-types',
      'warn',
      `HRMS moves the last sync of ${which} by itself, blind to terminals that are offline.`,
    );
  }

  async #logTypes(): Promise<void> {
    this.#strict = await askStrict(this.#client);
    if (!this.#strict) return this.#note('log-types', 'skipped', 'The user may not read Shift Type.');
    const warning = logTypeWarning(this.#options.logTypePolicy, this.#strict);
    if (warning) return this.#note('log-types', 'warn', `${warning.text} ${warning.todo}`);
    this.#note('log-types', 'pass', 'The log types that are sent suit every Shift Type.');
  }
}

const WRONG_TIME_ADVICE =
  'The site replaced the time of a check-in by its own: the user lacks write access at permission level 1 on Employee Checkin (role HR User has it). Nothing is delivered until then.';

const isPassing = (error: RequestFailed): boolean =>
  ['unreachable', 'no-answer', 'throttled', 'maintenance', 'server-busy'].includes(error.failure.kind);

function readVersions(told: unknown): Record<string, string> {
  if (!isRecord(told)) return {};
  const pairs = Object.entries(told).map(([app, about]) => [app, (isRecord(about) && textIn(about, 'version')) || '?']);
  return Object.fromEntries(pairs) as Record<string, string>; // pairs of two texts
}

/** Asked by a filter, which any reader of check-ins may; its definition only where the user may read that. */
export async function findPunchIdField(client: ErpNextClient): Promise<'absent' | 'plain' | 'there' | 'unique'> {
  try {
    await client.list(EMPLOYEE_CHECKIN, {
      fields: ['name'],
      filters: [[PUNCH_ID_FIELD, '=', '-']],
      orderBy: 'name asc',
      length: 1,
    });
  } catch (error) {
    if (error instanceof RequestFailed && error.failure.status === 417) return 'absent';
    throw error;
  }
  try {
    const defined = await readField(client);
    return defined === 'absent' ? 'there' : defined;
  } catch (error) {
    if (error instanceof RequestFailed && !isPassing(error)) return 'there'; // only administrators may look
    throw error;
  }
}

/** System Managers may read it, others get 403 (contract §2.8). */
async function askZone(client: ErpNextClient): Promise<ZoneName | undefined> {
  try {
    const zone = await client.ask('frappe.client.get_single_value', { doctype: 'System Settings', field: 'time_zone' });
    return typeof zone === 'string' && zone !== '' ? zone : undefined;
  } catch (error) {
    if (error instanceof RequestFailed && !isPassing(error)) return undefined; // then the setting and the clock decide
    throw error;
  }
}

async function askAutoUpdated(client: ErpNextClient): Promise<string[] | undefined> {
  try {
    const filters = [['auto_update_last_sync', '=', 1]] as const;
    const rows = await client.list(SHIFT_TYPE, { fields: ['name'], filters, orderBy: 'name asc', length: 100 });
    return rows.map((row) => textIn(row, 'name') ?? '');
  } catch (error) {
    if (error instanceof RequestFailed && !isPassing(error)) return undefined; // older hrms has no such field
    throw error;
  }
}

async function askStrict(client: ErpNextClient): Promise<string[] | undefined> {
  try {
    return await strictShiftTypes(client);
  } catch (error) {
    if (error instanceof RequestFailed && !isPassing(error)) return undefined; // the user may not read Shift Types
    throw error;
  }
}

const MARKS: Readonly<Record<CheckState, string>> = { pass: 'ok  ', warn: 'note', fail: 'FAIL', skipped: '–   ' };

/** The report for a terminal window, one line per check and a last line with the verdict. */
export function describeReport(report: SelfTestReport): string {
  const lines = report.checks.map(({ state, check, detail }) => `${MARKS[state]}  ${check.padEnd(12)} ${detail}`);
  const { verdict, reason } = report.capabilities;
  const last = verdict === 'ready' ? 'Ready to deliver.' : `Not delivering: ${reason ?? 'see above'}`;
  return [report.url, ...lines, last].join('\n');
}
