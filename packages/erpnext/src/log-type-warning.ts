import type { LogTypePolicyKind } from '@biolistener/core';

export interface LogTypeWarning {
  readonly text: string;
  readonly todo: string;
}

/** What a policy leaves without a log type. */
const UNTYPED: Readonly<Record<LogTypePolicyKind, string | undefined>> = {
  none: 'no check-in has one (policy none)',
  role: 'those of terminals with the role both have none (policy role)',
  state: 'those whose state says no direction have none (policy state)',
  alternate: undefined,
};

const MOST_NAMED = 5;

/**
 * A Shift Type that goes strictly by log type counts no hours of check-ins without one (contract §3.9): who was there is
 * absent, and nothing else says so.
 */
export function logTypeWarning(
  policy: LogTypePolicyKind,
  strictShiftTypes: readonly string[] | undefined,
): LogTypeWarning | undefined {
  const untyped = UNTYPED[policy];
  if (untyped === undefined || strictShiftTypes === undefined || strictShiftTypes.length === 0) return undefined;
  const named = strictShiftTypes.slice(0, MOST_NAMED).join(', ');
  return {
    text: `${named} ${strictShiftTypes.length === 1 ? 'makes' : 'make'} attendance strictly by log type, and ${untyped}: Frappe HR counts no hours of these and marks people absent.`,
    todo: 'Have log types sent (`biolistener config set log_type.policy alternate`, or role or state), or set the Shift Type to alternating entries.',
  };
}
