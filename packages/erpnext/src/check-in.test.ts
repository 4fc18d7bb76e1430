import { asPunchId, asSerialNumber, type LocalTime } from '@biolistener/core';
import { expect, test } from '@jest/globals';
import { bodyOf, isSameTime, nameInDuplicateText } from './check-in.ts';
import { normaliseUrl } from './client.ts';
import { deviceIdOf } from './delivery-settings.ts';
import { minutesBefore } from './employees.ts';
import { targetIdOf } from './site-target.ts';

const time = '2026-03-09 08:55:10' as LocalTime;

test('the name of the earlier check-in stands in the address of the link, not in its text', () => {
  const html =
    'same timestamp.<Br><a href="/app/Form/Employee Checkin/EMP-CKIN-03-2026-000042" style="x">Employee Checkin Ann</a>';
  expect(nameInDuplicateText(html)).toBe('EMP-CKIN-03-2026-000042');
  expect(nameInDuplicateText('<a href="/desk/Form/Employee%20Checkin/A%20B">x</a>')).toBe('A B');
  expect(nameInDuplicateText('no link')).toBeUndefined();
});

test('a time that came back is the same only to the second', () => {
  expect([isSameTime('2026-03-09T08:55:10', time), isSameTime('2026-03-09 08:55:10.000000', time)]).toEqual([
    true,
    true,
  ]);
  expect([isSameTime('2026-03-09 08:55:10.5', time), isSameTime('2026-03-09 09:55:10', time)]).toEqual([false, false]);
});

test('no log type is sent as no field, and the punch id only where the field exists', () => {
  const draft = {
    employee: 'E',
    time,
    logType: '',
    deviceId: 'Gate',
    skipAutoAttendance: false,
    punchId: asPunchId('0'.repeat(32)),
  } as const;
  expect(Object.keys(bodyOf(draft, false)).sort()).toEqual(['device_id', 'employee', 'skip_auto_attendance', 'time']);
  expect(bodyOf({ ...draft, logType: 'IN' }, true)).toMatchObject({
    log_type: 'IN',
    custom_biolistener_punch_id: '0'.repeat(32),
  });
});

test('device_id follows its template and its length', () => {
  const terminal = { serialNumber: asSerialNumber('SN1'), name: undefined, place: 'Dubai', role: 'in' } as const;
  expect(deviceIdOf('{place}/{name} ({role})', terminal)).toBe('Dubai/SN1 (in)');
  expect(deviceIdOf('', terminal)).toBe('SN1');
  expect(deviceIdOf('{name}', { ...terminal, deviceId: 'Gate 4' })).toBe('Gate 4');
  expect(deviceIdOf('x'.repeat(200), terminal)).toHaveLength(140);
});

test('a site is one target however its address is written', () => {
  expect(normaliseUrl('https://Site.Example/')).toBe('https://site.example');
  expect(targetIdOf('https://site.example')).toBe(targetIdOf('https://SITE.example/'));
  expect(targetIdOf('https://site.example')).not.toBe(targetIdOf('http://site.example'));
});

test('the cursor goes back some minutes in naive site time', () => {
  expect(minutesBefore('2026-03-09 00:02:00.123456', 5)).toBe('2026-03-08 23:57:00');
  expect(minutesBefore('', 5)).toBe('1900-01-01 00:00:00');
});
