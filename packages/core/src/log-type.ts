import type { Direction } from './punch.ts';
import type { TerminalRole } from './terminal.ts';
import type { Instant } from './time.ts';

/**
 * Where the log type of a check-in comes from.
 * none: ERPNext is told nothing. state: what the terminal claims. role: which way people pass at that terminal.
 * alternate: IN, OUT, IN … per employee, but at a terminal where people pass one way only, that way.
 */
export const LOG_TYPE_POLICIES = ['none', 'state', 'role', 'alternate'] as const;
export type LogTypePolicyKind = (typeof LOG_TYPE_POLICIES)[number];

export interface LogTypePolicy {
  readonly kind: LogTypePolicyKind;
  /** alternate: after this many hours without a punch the next one is IN again, so that one forgotten punch heals. */
  readonly resetAfterHours: number;
  /** alternate: a second press within this many seconds repeats the direction instead of turning it. 0 turns it always. */
  readonly repeatSeconds: number;
}

export const DEFAULT_LOG_TYPE_POLICY: LogTypePolicy = { kind: 'none', resetAfterHours: 12, repeatSeconds: 30 };

export interface LogTypeFacts {
  readonly instant: Instant;
  readonly state: number | undefined;
  readonly claimedDirection: Direction | undefined;
  readonly role: TerminalRole;
  readonly stateMap: Readonly<Record<string, Direction | 'none'>>;
  /** The latest decided log type of this employee before this punch; only `alternate` asks for it. */
  readonly last: { readonly instant: Instant; readonly logType: Direction } | undefined;
}

export interface LogTypeDecision {
  /** `''` is the decision for none. */
  readonly logType: Direction | '';
  /** Why, for a person who asks: `state 1`, `state 4 by this terminal's table`, `role in`, `after IN`. */
  readonly source: string;
}

/** The log type of one punch. Pure; the caller stores the answer before it is sent and never asks twice. */
export function decideLogType(policy: LogTypePolicy, facts: LogTypeFacts): LogTypeDecision {
  switch (policy.kind) {
    case 'none':
      return { logType: '', source: 'policy none' };
    case 'state':
      return fromState(facts);
    case 'role':
      return fromRole(facts.role);
    case 'alternate':
      return facts.role === 'both' ? alternating(policy, facts) : fromRole(facts.role);
  }
}

/** The site's own table wins over the brand's document; a state that nobody knows decides for none. */
function fromState({ state, stateMap, claimedDirection }: LogTypeFacts): LogTypeDecision {
  const own = state === undefined || !Object.hasOwn(stateMap, String(state)) ? undefined : stateMap[String(state)];
  if (own !== undefined)
    return { logType: own === 'none' ? '' : own, source: `state ${String(state)} by this terminal's table` };
  if (claimedDirection !== undefined) return { logType: claimedDirection, source: `state ${state ?? 'claimed'}` };
  return { logType: '', source: state === undefined ? 'no state sent' : `state ${state} says no direction` };
}

function fromRole(role: TerminalRole): LogTypeDecision {
  if (role === 'in') return { logType: 'IN', source: 'role in' };
  if (role === 'out') return { logType: 'OUT', source: 'role out' };
  return { logType: '', source: 'role both' };
}

/** By time passed, not by calendar day: a night shift goes over midnight (docs/delivery.md#log-type). */
function alternating(policy: LogTypePolicy, { instant, last }: LogTypeFacts): LogTypeDecision {
  if (!last) return { logType: 'IN', source: 'first punch' };
  const gapSeconds = (instant - last.instant) / 1000;
  if (gapSeconds > policy.resetAfterHours * 3600)
    return { logType: 'IN', source: `more than ${policy.resetAfterHours} h after ${last.logType}` };
  if (gapSeconds <= policy.repeatSeconds && policy.repeatSeconds > 0)
    return { logType: last.logType, source: `pressed again after ${last.logType}` };
  return { logType: last.logType === 'IN' ? 'OUT' : 'IN', source: `after ${last.logType}` };
}
