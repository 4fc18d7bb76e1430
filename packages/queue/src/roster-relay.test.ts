import { expect, test } from '@jest/globals';
import { coveredBy, gathered } from './roster-relay.ts';

const cells = (person: string, count: number, firstVersion: number) =>
  Array.from({ length: count }, (_, n) => ({ subject: `cell:SN${n}|${person}`, version: firstVersion + n }));

test('many terminals of one person are looked at as one job, few each for itself', () => {
  const marks = [...cells('12', 8, 1), ...cells('13', 7, 100), { subject: 'person:14', version: 200 }];
  const jobs = gathered(marks);
  expect(jobs[0]).toEqual({ subject: 'cells:12', version: 8 });
  expect(jobs.slice(1).map(({ subject }) => subject)).toEqual([
    ...cells('13', 7, 100).map(({ subject }) => subject),
    'person:14',
  ]);
});

test('a gathered job stands for the cells of its person that were marked before it', () => {
  const marks = [...cells('12', 8, 1), ...cells('13', 2, 1), { subject: 'cell:LATE|12', version: 9 }];
  expect(coveredBy({ subject: 'cells:12', version: 8 }, marks)).toEqual(cells('12', 8, 1));
});
