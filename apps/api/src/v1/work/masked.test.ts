import { expect, test } from '@jest/globals';
import { masked } from './masked.ts';

test('what has the name of a secret is masked at any depth, the rest stays', () => {
  const values = {
    pin: '7',
    commKey: 1,
    data: { $template: '12' },
    list: [{ Password: 'x', no: 6 }],
    card: '5',
    cardFormat: 'a',
  };
  expect(masked(values)).toEqual({
    pin: '7',
    commKey: '********',
    data: { $template: '********' },
    list: [{ Password: '********', no: 6 }],
    card: '********',
    cardFormat: 'a',
  });
});
