import type { PinPeriod } from '@biolistener/core';
import { printable, table, utc } from '../output.ts';

interface Line {
  readonly employee: string;
  readonly from: string;
  readonly until: string;
  readonly by: string;
}

/** A change of the site is known to lie between two moments; the later one is what people look for. */
function lineOf(period: PinPeriod): Line {
  if (period.kind === 'person')
    return {
      employee: period.employee,
      from: period.validFrom ?? 'ever',
      until: period.validTo ?? (period.endedAt === undefined ? 'now' : utc(period.endedAt)),
      by: 'dates of the person',
    };
  const left = period.leftOn === undefined ? undefined : `${period.leftOn} (left)`;
  return {
    employee: period.employee,
    from: period.from === undefined ? 'ever' : utc(period.from.notAfter),
    until: left ?? (period.until === undefined ? 'now' : utc(period.until.notAfter)),
    by: 'ERPNext',
  };
}

export function pinHistoryText(pin: string, field: string, periods: readonly PinPeriod[]): string {
  const empty = `Nobody is known to have had ${JSON.stringify(printable(pin))} in ${field}. Put it into that field of an Employee; what is parked then goes by itself.`;
  return table(
    periods.map(lineOf),
    [
      { title: 'employee', value: ({ employee }) => employee },
      { title: 'from', value: ({ from }) => from },
      { title: 'until', value: ({ until }) => until },
      { title: 'known by', value: ({ by }) => by },
    ],
    empty,
  );
}
