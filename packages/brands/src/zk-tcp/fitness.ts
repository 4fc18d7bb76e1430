import type { JsonObject, RecordHead, RecordVerdict } from '@biolistener/core';
import type { TerminalView } from '@biolistener/wire';
import type { ZkTcpReason } from './errors.ts';
import { CHARSETS, type Charset } from './text.ts';
import type { UserLayout } from './user-record.ts';

export interface Problem {
  readonly reason: ZkTcpReason;
  readonly detail: string;
}

/** How its users are laid out: as read, or as a person says of a terminal that has none yet (option `userLayout`). */
export function userLayoutFor({ profile, options }: TerminalView): UserLayout | undefined {
  const known = [profile['userLayout'], options?.['userLayout']].find((one) => one === 72 || one === 28);
  return known === 72 || known === 28 ? known : undefined;
}

/** In which character set it keeps names; a person says it by the option `charset` (§4.1). */
export const charsetOf = ({ options }: TerminalView): Charset =>
  CHARSETS.find((charset) => charset === options?.['charset']) ?? 'utf-8';

const LARGEST_U32 = 0xffff_ffff;
const LONGEST_ID = 24;

/** Whether a terminal can hold a PIN (§3.2, §4.1, §4.2): numbers alone on old units, letters only where it says so. */
export function pinProblem(pin: string, terminal: TerminalView): Problem | undefined {
  const layout = userLayoutFor(terminal);
  if (layout === undefined)
    return {
      reason: 'ZKT_PROFILE_UNKNOWN',
      detail: 'its users were not read yet; an empty one needs option userLayout',
    };
  const width = terminal.profile['pinWidth'];
  const most = typeof width === 'number' && width > 0 ? Math.min(width, LONGEST_ID) : LONGEST_ID - 1;
  const isWord = terminal.profile['takesLetters'] === true ? /^[A-Za-z0-9]+$/ : /^\d+$/;
  const isFit = isWord.test(pin) && pin.length <= most && !/^0+$/.test(pin);
  if (!isFit) return { reason: 'ZKT_PIN_UNFIT', detail: `a PIN here is 1 to ${most} digits, and not 0` };
  const isNumber = /^[1-9]\d*$/.test(pin) && Number(pin) <= LARGEST_U32;
  if (layout === 28 && !isNumber)
    return { reason: 'ZKT_PIN_UNFIT', detail: 'this terminal keeps PINs as numbers, without zeros in front' };
  return undefined;
}

export const FINGERS = 10;
/** Sizes are u16, with six bytes of head (§4.5). */
const LARGEST_TEMPLATE = 0xffff - 6;

const majorOf = (version: unknown): number =>
  typeof version === 'string' || typeof version === 'number' ? Number.parseInt(String(version), 10) : Number.NaN;

/** Fingerprints alone, of ZK, in the algorithm that the terminal has (§3.2, §4.5). Unknown on either side fails closed. */
export function templateProblem(
  template: NonNullable<RecordHead['template']>,
  size: number,
  { profile }: TerminalView,
): Problem | undefined {
  const { kind, algorithm, no, version } = template;
  if (kind !== 'fingerprint' || algorithm !== 'zk')
    return { reason: 'ZKT_TEMPLATE_FOREIGN', detail: `a ${kind} template of ${algorithm || 'no named algorithm'}` };
  const theirs = majorOf(profile['fingerprintVersion']);
  if (Number.isNaN(theirs))
    return { reason: 'ZKT_PROFILE_UNKNOWN', detail: 'the terminal did not say its fingerprint algorithm' };
  if (majorOf(version) !== theirs)
    return {
      reason: 'ZKT_TEMPLATE_FOREIGN',
      detail: `the template is of ${version || 'no known version'}, the terminal has ${theirs}`,
    };
  if (!Number.isInteger(no) || no < 0 || no >= FINGERS)
    return { reason: 'ZKT_TEMPLATE_FOREIGN', detail: `there is no finger ${no}` };
  return size > LARGEST_TEMPLATE
    ? { reason: 'ZKT_TEMPLATE_FOREIGN', detail: `the template has ${size} bytes` }
    : undefined;
}

function troubleOf(record: RecordHead, terminal: TerminalView): Problem | undefined {
  if (record.what === 'photo')
    return { reason: 'ZKT_TEMPLATE_FOREIGN', detail: 'pictures do not travel by this protocol' };
  const problem = pinProblem(record.pin, terminal);
  if (problem || record.what === 'user') return problem;
  if (!record.template) return { reason: 'ZKT_PROFILE_UNKNOWN', detail: 'nothing is known of the template' };
  const size = record.size ?? 0;
  const bytes = record.template.encoding === 'base64' ? Math.floor((size * 3) / 4) : size;
  return templateProblem(record.template, bytes, terminal);
}

export function canTake(record: RecordHead, terminal: TerminalView): RecordVerdict {
  const problem = troubleOf(record, terminal);
  return problem ? { canTake: false, ...problem } : { canTake: true };
}

/** A parameter as text; undefined: absent, or none that could be one. */
export function textIn(parameters: JsonObject, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
