import { describe, expect, test } from '@jest/globals';
import { keyringOfText } from './keyring.ts';
import { openPassword, sealPassword } from './passwords.ts';
import { resolveSecrets, type SecretLookups } from './references.ts';
import { createVault } from './vault.ts';

const vault = createVault(keyringOfText('11'.repeat(32)));
const features = Buffer.from([0, 1, 2, 250, 251, 252]);
const asText = Buffer.from(features.toString('base64'));

const lookups: SecretLookups = {
  findTemplate: (id) =>
    Promise.resolve(
      {
        '12': { encoding: 'binary' as const, sealed: vault.seal('template', features) },
        '13': { encoding: 'base64' as const, sealed: vault.seal('template', asText) },
        '14': { encoding: 'binary' as const, sealed: vault.seal('photo', features) },
      }[id],
    ),
  findPhoto: (id) => Promise.resolve(id === '7' ? { sealed: vault.seal('photo', features) } : undefined),
  findPassword: (id) => Promise.resolve(id === '3' ? sealPassword(vault, '90210') : undefined),
};

describe('references to secrets', () => {
  test('become what they stand for, at any depth, and all else stays as it is', async () => {
    const given = {
      pin: '007',
      password: { $password: '3' },
      templates: [
        { no: 1, data: { $template: '12' } },
        { data: { $template: '13' }, isDuress: false },
      ],
      photo: { data: { $photo: '7' } },
      nothing: null,
    };
    const base64 = features.toString('base64');
    expect(await resolveSecrets(given, lookups, vault)).toEqual({
      kind: 'resolved',
      parameters: {
        pin: '007',
        password: '90210',
        templates: [
          { no: 1, data: base64 },
          { data: base64, isDuress: false },
        ],
        photo: { data: base64 },
        nothing: null,
      },
    });
    expect(given.password).toEqual({ $password: '3' });
  });

  test.each([
    ['a template that is gone', { $template: '99' }, 'SECURITY_SECRET_GONE', 'template 99'],
    ['a picture that is gone', { $photo: '99' }, 'SECURITY_SECRET_GONE', 'picture 99'],
    ['a password that is gone', { $password: '99' }, 'SECURITY_SECRET_GONE', 'person 99'],
    ['a seal of another purpose', { $template: '14' }, 'SECURITY_SEAL_BROKEN', 'do not open'],
    ['an unknown kind', { $key: '1' }, 'SECURITY_REFERENCE_INVALID', 'does not exist'],
    ['two at once', { $photo: '7', $template: '12' }, 'SECURITY_REFERENCE_INVALID', 'one name'],
    ['an id that is none', { $photo: { $photo: '7' } }, 'SECURITY_REFERENCE_INVALID', 'one name'],
    ['a name beside it', { $photo: '7', size: 1 }, 'SECURITY_REFERENCE_INVALID', 'one name'],
  ])('%s is a refusal with its reason', async (_, data, reason, detail) => {
    const refused = await resolveSecrets({ pin: '1', list: [{ data }] }, lookups, vault);
    expect(refused).toEqual({ kind: 'refused', reason, detail: expect.stringContaining(detail) });
  });

  test('without their key are refused by the id of the key', async () => {
    const other = createVault(keyringOfText('22'.repeat(32)));
    const refused = await resolveSecrets({ data: { $photo: '7' } }, lookups, other);
    expect(refused).toMatchObject({ kind: 'refused', reason: 'SECURITY_KEY_MISSING' });
  });

  test('that cannot be looked up now are no verdict: the failure is thrown', async () => {
    const away = { ...lookups, findPhoto: () => Promise.reject(new Error('the store is away')) };
    await expect(resolveSecrets({ data: { $photo: '7' } }, away, vault)).rejects.toThrow('away');
  });

  test('nested without end are refused', async () => {
    let given: object = {};
    for (let i = 0; i < 40; i += 1) given = { given };
    const refused = await resolveSecrets(given as never, lookups, vault);
    expect(refused).toMatchObject({ kind: 'refused', reason: 'SECURITY_REFERENCE_INVALID' });
  });
});

test('a seal that holds no password does not tell what it holds', () => {
  const sealed = vault.seal('user', Buffer.from('{"pass: 4711'));
  expect(() => openPassword(vault, sealed)).toThrow('sealed bytes hold no password');
  try {
    openPassword(vault, sealed);
  } catch (error) {
    expect(String(error) + String((error as Error).cause)).not.toContain('4711');
  }
});
