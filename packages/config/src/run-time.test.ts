import { expect, test } from '@jest/globals';
import { parseRunTimeSetting, runTimeSettings } from './run-time.ts';

test('run-time settings have defaults, and stored values over them', () => {
  expect(runTimeSettings([])).toMatchObject({
    'log_type.policy': 'none',
    'employee.id_field': 'attendance_device_id',
    'watermark.on': false,
    'enrolment.policy': 'known-only',
    'command.raw': false,
  });
  expect(runTimeSettings([{ key: 'log_type.policy', value: 'role' }])['log_type.policy']).toBe('role');
});

test('a stored value that no longer fits falls back to its default', () => {
  expect(runTimeSettings([{ key: 'log_type.policy', value: 'guess' }])['log_type.policy']).toBe('none');
});

test.each([
  ['log_type.policy', 'guess', /none, state, role or alternate/],
  ['log_type.reset_after_hours', '0', /whole number from 1 to 168/],
  ['employee.id_field', 'a; drop', /field name/],
  ['watermark.feeds', '[1]', /JSON such as/],
  ['watermark.feeds', '{not json', /JSON such as/],
  ['enrolment.policy', 'all', /known-only or everywhere/],
  ['nope', '1', /there is no setting nope/],
])('%s = %s is refused by name', (key, value, words) => {
  expect(() => parseRunTimeSetting(key, value)).toThrow(words);
});

test('texts of the command line become values', () => {
  expect(parseRunTimeSetting('watermark.on', 'yes')).toBe(true);
  expect(parseRunTimeSetting('mirror.every_seconds', '15')).toBe(15);
  expect(parseRunTimeSetting('watermark.feeds', '{"Day":["A"]}')).toEqual({ Day: ['A'] });
});
