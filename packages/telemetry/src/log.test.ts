import { expect, test } from '@jest/globals';
import { MASKED_FIELDS, blankCredentials, openLog, serializeError } from './log.ts';

function capture(write: (log: ReturnType<typeof openLog>) => void): string {
  let text = '';
  write(openLog({ level: 'debug', format: 'json', destination: { write: (line: string) => void (text += line) } }));
  return text;
}

test('no masked field is ever written, however deep it stands', () => {
  for (const field of MASKED_FIELDS) {
    const text = capture((log) => {
      log.info({ [field]: 'hunter2' }, 'flat');
      log.child({ user: { [field]: 'hunter2' } }).warn({ a: { b: { [field]: 'hunter2' } } }, 'deep');
    });
    expect(text).not.toContain('hunter2');
    expect(text).toContain('[masked]');
  }
});

test('an error is written without its request and without credentials', () => {
  const error = Object.assign(new Error('GET https://u:hunter2@erp.example failed: token k:hunter2'), {
    config: 'hunter2',
    code: 'E1',
  });
  const text = capture((log) => log.error({ error }, 'failed'));
  expect(text).not.toContain('hunter2');
  expect(JSON.parse(text)).toMatchObject({ level: 'error', error: { type: 'Error', code: 'E1' } });
  expect(serializeError('x')).toEqual({ message: 'x' });
});

test('credentials in texts are blanked and the rest is kept', () => {
  expect(blankCredentials('redis://me:pw@host:1/0 said token a:b no')).toBe(
    'redis://me:[masked]@host:1/0 said token [masked] no',
  );
});
