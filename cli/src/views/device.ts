import type { Json, JsonObject } from '@biolistener/core';
import type { QuarantinedItem, TerminalListing } from '@biolistener/store';
import { ago, counted, facts, printable, table, utc } from '../output.ts';

export interface Alert {
  readonly source: string;
  readonly code: string;
  readonly wallTime: string | undefined;
  readonly receivedAt: number;
  readonly details: JsonObject;
}

/** A terminal with everything that `device show` tells. */
export interface DeviceView {
  readonly terminal: TerminalListing;
  /** Whether a shared key was set (docs/terminals.md#shared-keys). */
  readonly mustShowKey?: boolean;
  readonly quarantine: readonly Omit<QuarantinedItem, 'sealed'>[];
  readonly alerts: readonly Alert[];
  readonly advice: readonly string[];
  /** Kinds of commands that it can be asked. */
  readonly commands?: readonly string[];
}

/** More than this many seconds apart, people notice that times are wrong. */
export const DRIFT_SECONDS = 60;

export function driftText(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  const rounded = Math.round(Math.abs(seconds));
  if (rounded === 0) return 'right';
  return `${rounded} s ${seconds > 0 ? 'ahead' : 'behind'}`;
}

export function deviceTable(terminals: readonly TerminalListing[], now: number, empty: string): string {
  const columns = [
    { title: 'serial', value: (one: TerminalListing) => one.serialNumber },
    { title: 'name', value: (one: TerminalListing) => one.name },
    { title: 'brand', value: (one: TerminalListing) => one.brand },
    { title: 'status', value: (one: TerminalListing) => one.status },
    { title: 'place', value: (one: TerminalListing) => one.place },
    { title: 'zone', value: (one: TerminalListing) => one.zone },
    { title: 'last contact', value: (one: TerminalListing) => ago(one.lastContactAt, now) },
    { title: 'clock', value: (one: TerminalListing) => driftText(one.clockDriftSeconds) },
    { title: 'punches', value: (one: TerminalListing) => one.punches },
    { title: 'unread', value: (one: TerminalListing) => one.parked },
    { title: 'quarantined', value: (one: TerminalListing) => one.quarantined },
  ];
  return table(terminals, columns, empty);
}

/** What an operator should do about a terminal, most urgent first; empty when all is well. */
export function adviceFor(terminal: TerminalListing): string[] {
  const { serialNumber, status, zone, clockDriftSeconds, parked, quarantined } = terminal;
  const serial = shellWord(serialNumber);
  const advice: string[] = [];
  if (status === 'pending') {
    const kept = quarantined > 0 ? ` Its ${counted(quarantined, 'kept request')} will be taken in then.` : '';
    advice.push(
      `Nobody approved it yet: biolistener device approve ${serial}${zone === undefined ? ' --zone <zone>' : ''}.${kept}`,
    );
  }
  if (status === 'blocked')
    advice.push(`It is blocked: nothing of it is taken. biolistener device approve ${serial} ends that.`);
  if (status === 'approved' && zone === undefined)
    advice.push(`It has no time zone, so nothing of it is taken: biolistener device set ${serial} --zone <zone>.`);
  if (clockDriftSeconds !== undefined && Math.abs(clockDriftSeconds) > DRIFT_SECONDS)
    advice.push(`Its clock is ${driftText(clockDriftSeconds) ?? ''}: set it at the terminal, and check its time zone.`);
  if (parked > 0)
    advice.push(`${counted(parked, 'piece')} of it could not be read: biolistener parked list --serial ${serial}.`);
  return advice;
}

/** Well beyond the pause between two polls of any brand. */
const SILENT_MS = 15 * 60_000;

/** Who calls without the key is no contact, so a terminal that lost it looks as if it were away. */
export function keyAdvice({ serialNumber, lastContactAt }: TerminalListing, now: number): string[] {
  if (now - lastContactAt < SILENT_MS) return [];
  const serial = shellWord(serialNumber);
  return [
    `It must show a shared key, and calls without it are refused and count as none: the log of the listener says whether there were any. ` +
      `Restart the terminal so that it greets; biolistener device set ${serial} --key-file FILE sets another key, --key-file "" asks for none.`,
  ];
}

/** A serial number as one word of a command line that somebody may copy. */
export const shellWord = (text: string): string =>
  /^[\w.:-]+$/.test(text) ? text : `'${printable(text).replaceAll("'", "'\\''")}'`;

export function deviceText(view: DeviceView, now: number): string {
  const { terminal, mustShowKey, quarantine, alerts, advice, commands = [] } = view;
  const sections = [
    facts([
      ['serial', terminal.serialNumber],
      ['name', terminal.name],
      ['brand', terminal.brand],
      ['status', terminal.status],
      ['place', terminal.place],
      ['zone', terminal.zone],
      ['role', terminal.role],
      ['syncing', terminal.isSyncOff === true ? 'off: nobody is put on it or taken off it' : undefined],
      ['shared key', mustShowKey === true ? 'must be shown' : undefined],
      ['first seen', utc(terminal.firstSeenAt)],
      ['last contact', `${ago(terminal.lastContactAt, now)}${from(terminal.lastAddress)}`],
      ['clock', clockText(terminal, now)],
      [
        'punches',
        `${terminal.punches}${terminal.lastPunchAt === undefined ? '' : `, the latest at ${utc(terminal.lastPunchAt)}`}`,
      ],
      ['unread pieces', terminal.parked],
      ['in quarantine', quarantineText(terminal, quarantine)],
      ['can be asked', commands.join(', ')],
    ]),
    section('Own states', Object.entries(terminal.stateMap ?? {})),
    section('Options', entries(terminal.options ?? {})),
    section('Read by call', readRows(terminal.profile['pull'], now)),
    section(
      'Profile, as learnt from it',
      entries(terminal.profile).filter(([name]) => name !== 'pull'),
    ),
    section('Stamps, as it issued them', Object.entries(terminal.stamps)),
    alerts.length === 0 ? '' : `Alerts\n${alerts.map(alertLine).join('\n')}`,
    advice.length === 0 ? '' : `What to do\n${advice.map((line) => `  ${line}`).join('\n')}`,
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

const from = (address: string | undefined): string => (address === undefined ? '' : ` from ${address}`);

function clockText({ clockDriftSeconds, clockMeasuredAt }: TerminalListing, now: number): string {
  const drift = driftText(clockDriftSeconds);
  return drift === undefined ? 'not measured yet' : `${drift}, measured ${ago(clockMeasuredAt, now)}`;
}

function quarantineText({ quarantined }: TerminalListing, items: DeviceView['quarantine']): string {
  if (quarantined === 0) return 'nothing';
  const bytes = items.reduce((sum, item) => sum + item.size, 0);
  const operations = [...new Set(items.map((item) => item.operation))].slice(0, 5).join(', ');
  return `${counted(quarantined, 'request')} (${operations}; ${bytes} bytes)`;
}

const PROOFS: Readonly<Record<string, string>> = {
  counted: 'its counter says that these are all',
  uncounted: 'it has no counter',
  differs: 'its counter says something else: see docs/pull.md',
};

/** What the reads of a terminal that is called brought; the worker keeps it in the profile. */
function readRows(pull: Json | undefined, now: number): [string, string][] {
  if (typeof pull !== 'object' || pull === null || Array.isArray(pull)) return [];
  const { readAt, wholeAt, records, proof, found, foundLast } = pull as JsonObject; // an object of Json
  const time = (at: Json | undefined): string => ago(typeof at === 'number' ? at : undefined, now);
  const last = typeof foundLast === 'number' ? `, ${foundLast} by the last read that found any` : '';
  return [
    ['read', `${time(readAt)}, all of it ${time(wholeAt)}`],
    [
      'records',
      `${typeof records === 'number' ? records : '?'}; ${(typeof proof === 'string' ? PROOFS[proof] : undefined) ?? 'not proven'}`,
    ],
    ['found', `${typeof found === 'number' ? found : 0} that nobody had sent${last}`],
  ];
}

const section = (title: string, rows: readonly (readonly [string, string])[]): string =>
  rows.length === 0 ? '' : `${title}\n${facts(rows.map(([name, value]) => [`  ${printable(name)}`, value]))}`;

const entries = (values: JsonObject): [string, string][] =>
  Object.entries(values).map(([name, value]) => [name, shown(name, value)]);

/** Keys of terminals that encrypt are among the options. */
const SECRET_NAME = /key|password|secret|token/i;
const shown = (name: string, value: Json): string => {
  if (SECRET_NAME.test(name)) return '********';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** The same masking for programs. */
export const maskedOptions = (values: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, SECRET_NAME.test(name) ? '********' : value]),
  );

const alertLine = (alert: Alert): string =>
  `  ${utc(alert.receivedAt)}  ${printable(`${alert.source} ${alert.code}`)}${alert.wallTime === undefined ? '' : `  at ${printable(alert.wallTime)} by its clock`}`;
