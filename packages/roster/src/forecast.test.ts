import { expect, test } from '@jest/globals';
import { forecastSeconds, progressOf } from './forecast.ts';

test('the forecast is the polls that the bytes need', () => {
  const pace = { bytesPerPoll: 1000, pollSeconds: 10 };
  expect([0, 1, 1000, 1001].map((openBytes) => forecastSeconds({ openBytes }, pace))).toEqual([undefined, 10, 10, 20]);
});

test('progress counts each state once', () => {
  const byState = { wanted: 1, queued: 2, accepted: 4, confirmed: 8, failed: 16, impossible: 32, removing: 64 };
  expect(progressOf({ byState })).toEqual({ settled: 12, underWay: 67, stuck: 48, total: 127 });
});
