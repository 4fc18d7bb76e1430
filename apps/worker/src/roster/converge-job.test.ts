import { expect, test } from '@jest/globals';
import { BiolistenerError } from '@biolistener/core';
import type { Converged } from '@biolistener/roster';
import type { RosterMark } from '@biolistener/store';
import { silentLog } from '@biolistener/telemetry';
import { NO_METRICS } from '../deps.ts';
import { converge, type ConvergeContext } from './converge-job.ts';

const DONE: Converged = { cells: 1, changes: 0, commands: 0, isBusy: false };

function contextOf(answer: () => Converged, marks: readonly RosterMark[] = []) {
  const cleared: RosterMark[] = [];
  const looked: string[] = [];
  const ctx: ConvergeContext = {
    converger: {
      converge: async (subject) => {
        looked.push(subject);
        return Promise.resolve().then(answer);
      },
    },
    store: {
      listMarks: () => Promise.resolve([...marks]),
      clearMarks: (which) => Promise.resolve(void cleared.push(...which)),
    },
    metrics: NO_METRICS,
    clock: { now: () => 1000, random: () => 0.5 },
    log: silentLog,
    isStopping: () => false,
  };
  return { ctx, cleared, looked };
}

const MARK = { subject: 'pin:7', version: 3 };

test('a mark is taken away after it was looked at, with the version that was looked at', async () => {
  const { ctx, cleared } = contextOf(() => DONE);
  expect(await converge(MARK, ctx)).toBe('finished');
  expect(cleared).toEqual([MARK]);
});

test('a failure leaves the mark', async () => {
  const { ctx, cleared } = contextOf(() => {
    throw new Error('the store is away');
  });
  await expect(converge(MARK, ctx)).rejects.toThrow('away');
  expect(cleared).toEqual([]);
});

test('whoever is at it elsewhere, or has to be waited for, is looked at again', async () => {
  const busy = contextOf(() => ({ ...DONE, isBusy: true }));
  expect(await converge(MARK, busy.ctx)).toMatchObject({ kind: 'busy' });
  const waiting = contextOf(() => ({ ...DONE, lookAgainAt: 4000 }));
  expect(await converge(MARK, waiting.ctx)).toEqual({ kind: 'busy', retryMs: 3000 });
  expect([...busy.cleared, ...waiting.cleared]).toEqual([]);
});

test('a subject that names nothing goes', async () => {
  const { ctx, cleared } = contextOf(() => {
    throw new BiolistenerError('ROSTER_BAD_SUBJECT', 'ours', 'not a subject');
  });
  expect(await converge(MARK, ctx)).toBe('finished');
  expect(cleared).toEqual([MARK]);
});

test('many cells of one person are one look, and all of them are taken away', async () => {
  const cells = [1, 2].map((version) => ({ subject: `cell:SN${version}|12`, version }));
  const { ctx, cleared, looked } = contextOf(() => DONE, [...cells, { subject: 'cell:SN3|12', version: 3 }]);
  await converge({ subject: 'cells:12', version: 2 }, ctx);
  expect([looked, cleared]).toEqual([['person:12'], cells]);
});
