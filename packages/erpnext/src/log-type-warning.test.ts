import { expect, test } from '@jest/globals';
import { logTypeWarning } from './log-type-warning.ts';

test('a policy that may leave check-ins without a log type does not fit strict Shift Types, which are named', () => {
  expect(logTypeWarning('none', ['Day', 'Night'])?.text).toMatch(/^Day, Night .*strictly.*no check-in has one/);
  expect(logTypeWarning('role', ['Day'])?.text).toContain('role both');
  expect(logTypeWarning('state', ['Day'])?.text).toContain('state');
  expect(logTypeWarning('none', ['Day'])?.todo).toContain('log_type.policy');
});

test('alternate fits all, any policy fits sites without one, and nothing is said of what nobody could read', () => {
  expect(logTypeWarning('alternate', ['Day'])).toBeUndefined();
  expect(logTypeWarning('none', [])).toBeUndefined();
  expect(logTypeWarning('none', undefined)).toBeUndefined();
});
