import type { Template, TemplateKind } from '@biolistener/core';
import type { SupremaReason } from './errors.ts';

/** Why something cannot be written, or not be had. */
export interface Problem {
  readonly reason: SupremaReason;
  readonly detail: string;
}

/** The two formats of a face that stand beside each other in a user; swapped, nobody is recognized (§4.3). */
export const FACE_BIN_TYPES = ['5', '9'] as const;
export type FaceBinType = (typeof FACE_BIN_TYPES)[number];

/** Families of templates: kind, algorithm, versions, and what a template weighs. Nothing else fits. */
export const TEMPLATE_FORMS = {
  fingerprint: { algorithm: 'suprema-finger', versions: [''], bytes: 384, mostNo: 9, mostIndex: 1 },
  'visible-face': { algorithm: 'suprema-face', versions: FACE_BIN_TYPES, bytes: 544, mostNo: 0, mostIndex: 1 },
} as const satisfies Partial<
  Record<
    TemplateKind,
    {
      readonly algorithm: string;
      readonly versions: readonly string[];
      readonly bytes: number;
      readonly mostNo: number;
      readonly mostIndex: number;
    }
  >
>;

export type SupremaTemplateKind = keyof typeof TEMPLATE_FORMS;
export const isOwnKind = (kind: TemplateKind): kind is SupremaTemplateKind => Object.hasOwn(TEMPLATE_FORMS, kind);

const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/** Bytes of base64 text; undefined when it is none. */
export function decodeBase64(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || text === '' || !BASE64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 ? bytes : undefined;
}

/** Padded buffers are cut to the 32 + 512 bytes of a face template; undefined when there are fewer (S20). */
export function cutFace(bytes: Uint8Array): Uint8Array | undefined {
  const { bytes: size } = TEMPLATE_FORMS['visible-face'];
  return bytes.length < size ? undefined : bytes.subarray(0, size);
}

/** Whether a template of another terminal is of this family (§4.2, §4.3). Never between algorithms. */
export function templateProblem(
  template: Pick<Template, 'kind' | 'no' | 'index' | 'algorithm' | 'version'>,
): Problem | undefined {
  const { kind, no, index, algorithm, version } = template;
  if (!isOwnKind(kind))
    return { reason: 'SU_TEMPLATE_KIND', detail: `there is no place for templates of kind ${kind}` };
  const form = TEMPLATE_FORMS[kind];
  if (algorithm !== form.algorithm || !form.versions.some((each) => each === version))
    return { reason: 'SU_TEMPLATE_FAMILY', detail: 'the template is not of the format that Suprema uses for it' };
  if (no >= 0 && no <= form.mostNo && index >= 0 && index <= form.mostIndex) return undefined;
  return { reason: 'SU_TEMPLATE_KIND', detail: `there is no place for the ${kind} template ${no}, part ${index}` };
}
