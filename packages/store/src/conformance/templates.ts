import { expect, test } from '@jest/globals';
import { asPin } from '@biolistener/core';
import type { StoredTemplate } from '../contract/index.ts';
import { approve, OTHER_SN, photoOf, SN, T0, templateOf, uploadOf } from './builders.ts';
import { must, type Subject } from './harness.ts';

/** What is known of templates and pictures; their bytes stay sealed. */
export function templates(subject: () => Subject): void {
  test('heads tell everything but the bytes, the newest first, and only of valid ones', async () => {
    const { store } = subject();
    const other = templateOf('b', { no: 7, version: '', encoding: 'binary', isDuress: true });
    await store.commitUpload(uploadOf([], { templates: [templateOf('a')] }));
    await store.commitUpload(uploadOf([], { serialNumber: OTHER_SN, receivedAt: T0 + 5, templates: [other] }));
    await store.commitUpload(uploadOf([], { templates: [templateOf('c', { no: 8, isValid: false })] }));
    const [newest, oldest, ...more] = await store.templatesOf(asPin('1'));
    expect(more).toEqual([]);
    expect(newest).toEqual({
      ...{
        id: newest?.id,
        serialNumber: OTHER_SN,
        brand: 'test-brand',
        pin: '1',
        kind: 'fingerprint',
        no: 7,
        index: 0,
      },
      ...{ algorithm: 'zk', version: '', isValid: true, isDuress: true, encoding: 'binary', size: 1 },
      ...{ digest: other.digest, receivedAt: T0 + 5, seenAt: T0 + 5 },
    });
    expect(oldest).toMatchObject({ serialNumber: SN, digest: templateOf('a').digest });
    expect(JSON.stringify([newest, oldest])).not.toContain('sealed');
    expect(await store.findTemplate(must(newest).id)).toEqual({
      ...newest,
      sealed: expect.objectContaining({ keyId: 'k1' }),
    });
    expect(await store.findTemplate('999')).toBeUndefined();
    expect(await store.templatesOf(asPin('01'))).toEqual([]);
  });

  test('a copy that another terminal reads back is no newer than its original, and tells when it was seen', async () => {
    const { store } = subject();
    const send = (data: string, receivedAt: number, serialNumber = SN) =>
      store.commitUpload(uploadOf([], { serialNumber, receivedAt, templates: [templateOf(data)] }));
    await send('old', T0);
    await send('new', T0 + 10);
    await send('old', T0 + 20, OTHER_SN);
    const heads = await store.templatesOf(asPin('1'));
    expect(heads.map((head) => [head.serialNumber, head.digest === templateOf('new').digest, head.receivedAt])).toEqual(
      [
        [SN, true, T0 + 10],
        [OTHER_SN, false, T0],
      ],
    );
    expect(heads.map((head) => head.seenAt)).toEqual([T0 + 10, T0 + 20]);
    await send('new', T0 + 30);
    expect((await store.templatesOf(asPin('1')))[0]).toMatchObject({ receivedAt: T0 + 10, seenAt: T0 + 30 });
  });

  test('what came before the terminal said its version is named by it, and marked', async () => {
    const { store } = subject();
    const families = [
      { kind: 'fingerprint', algorithm: 'zk', version: '10' },
      { kind: 'face', algorithm: 'zk', version: '7' },
    ] as const;
    const send = (templates: readonly StoredTemplate[], receivedAt: number, serialNumber = SN) =>
      store.commitUpload(uploadOf([], { serialNumber, receivedAt, templates }));
    const of = (data: string, no: number, version = ''): StoredTemplate => templateOf(data, { no, version });
    await send(
      [of('a', 1), of('b', 2, '10'), of('c', 3), templateOf('d', { no: 4, version: '', algorithm: 'iso' })],
      T0,
    );
    await send([of('e', 2), of('f', 3, '10')], T0 + 10);
    await send([of('g', 1)], T0, OTHER_SN);
    await store.clearMarks(await store.listMarks(100));
    expect(await store.nameTemplates(SN, families)).toBe(3);
    expect((await store.listMarks(100)).map((mark) => mark.subject)).toEqual(['pin:1']);
    const kept = (await store.templatesOf(asPin('1'))).map(({ serialNumber, no, version, digest }) =>
      [serialNumber, no, version, digest].join(' '),
    );
    const digest = (data: string): string => templateOf(data).digest;
    expect(kept.toSorted()).toEqual(
      [
        `${SN} 1 10 ${digest('a')}`,
        `${SN} 2 10 ${digest('e')}`, // told after the one that had its version
        `${SN} 3 10 ${digest('f')}`,
        `${SN} 4  ${digest('d')}`,
        `${OTHER_SN} 1  ${digest('g')}`,
      ].toSorted(),
    );
    await store.clearMarks(await store.listMarks(100));
    expect(await store.nameTemplates(SN, families)).toBe(0);
    expect(await store.nameTemplates(SN, [{ kind: 'fingerprint', algorithm: 'iso', version: '' }])).toBe(0);
    expect(await store.listMarks(100)).toEqual([]);
  });

  test('a finger that is read without its flag keeps what is known of the same bytes', async () => {
    const { store } = subject();
    const send = (data: string, isDuress: boolean | undefined, serialNumber = SN) =>
      store.commitUpload(uploadOf([], { serialNumber, templates: [templateOf(data, { isDuress })] }));
    const flags = async (): Promise<boolean[]> => (await store.templatesOf(asPin('1'))).map(({ isDuress }) => isDuress);
    await send('a', true);
    await send('a', undefined);
    await send('a', undefined, OTHER_SN);
    expect(await flags()).toEqual([true, true]);
    await send('b', undefined);
    await send('b', undefined, OTHER_SN);
    expect(await flags()).toEqual([false, false]);
    await send('b', true);
    await send('b', false);
    expect(await flags()).toEqual([false, false]);
  });

  test('pictures for comparison are found, those of punches are not', async () => {
    const { store } = subject();
    await approve(store, SN);
    const photos = [photoOf('face'), photoOf('punch', { kind: 'attendance' }), photoOf('own', { kind: 'user' })];
    await store.commitUpload(uploadOf([], { photos }));
    const heads = await store.photosOf(asPin('1'));
    expect(heads.map((head) => head.kind).sort()).toEqual(['comparison', 'user']);
    const head = must(heads.find(({ kind }) => kind === 'comparison'));
    expect(head).toEqual({
      ...{ id: head.id, serialNumber: SN, pin: '1', kind: 'comparison', size: 4, digest: photoOf('face').digest },
      ...{ receivedAt: T0, seenAt: T0 },
    });
    expect(await store.findPhoto(head.id)).toEqual({ ...head, sealed: expect.objectContaining({ keyId: 'k1' }) });
    const ids = Array.from({ length: 9 }, (_, n) => String(n));
    expect((await Promise.all(ids.map((id) => store.findPhoto(id)))).filter(Boolean).length).toBe(2);
  });
}
