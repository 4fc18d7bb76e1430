import type { PhotoHead, TemplateHead } from '@biolistener/store';
import { ago, table } from '../output.ts';

interface Line {
  readonly what: string;
  readonly no: string;
  readonly algorithm: string;
  readonly size: number;
  readonly from: string;
  readonly receivedAt: number;
  readonly seenAt: number;
}

const ofTemplate = (one: TemplateHead): Line => ({
  what: one.isDuress ? `${one.kind} (duress)` : one.kind,
  no: one.index === 0 ? String(one.no) : `${one.no}.${one.index}`,
  algorithm: `${one.algorithm} ${one.version}`.trim(),
  size: one.size,
  from: one.serialNumber,
  receivedAt: one.receivedAt,
  seenAt: one.seenAt,
});

const ofPhoto = (one: PhotoHead): Line => ({
  what: one.kind === 'comparison' ? 'picture of the face' : 'picture',
  no: '–',
  algorithm: '–',
  size: one.size,
  from: one.serialNumber,
  receivedAt: one.receivedAt,
  seenAt: one.seenAt,
});

/** Heads only: what a template or a picture holds is never shown. */
export const templateLines = (templates: readonly TemplateHead[], photos: readonly PhotoHead[], now: number): string =>
  table(
    [...templates.map(ofTemplate), ...photos.map(ofPhoto)],
    [
      { title: 'what', value: (one) => one.what },
      { title: 'no', value: (one) => one.no },
      { title: 'algorithm', value: (one) => one.algorithm },
      { title: 'bytes', value: (one) => one.size },
      { title: 'from', value: (one) => one.from },
      { title: 'enrolled', value: (one) => ago(one.receivedAt, now) },
      { title: 'last told', value: (one) => ago(one.seenAt, now) },
    ],
    'None is stored.',
  );
