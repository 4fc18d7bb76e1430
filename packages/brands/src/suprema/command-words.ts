import { parseJson, isFields } from './values.ts';
import type { FaceBinType } from './template-forms.ts';
import type { UserWish } from './user-object.ts';

export interface FingerWish {
  readonly no: number;
  readonly isDuress: boolean;
  /** Base64 of 384 bytes each. */
  readonly templates: readonly [string, string];
}

export interface FaceWish {
  /** Base64 of 544 bytes each. */
  readonly templates: Readonly<Record<FaceBinType, string>>;
  readonly image?: string;
}

/**
 * A command as the peer client carries it out: what `encode` writes and what the conversation with the server reads. Several
 * calls may come of one; what the server has is asked first.
 */
export type CommandWords =
  | {
      readonly word: 'write-user';
      readonly wish: UserWish;
      readonly accessGroup: string;
      readonly userGroup: string;
      readonly mayTakeOver: boolean;
      readonly card?: string;
      readonly fingers: readonly FingerWish[];
      readonly face?: FaceWish;
      readonly photo?: string;
      readonly password?: string;
    }
  | { readonly word: 'remove-user'; readonly pin: string; readonly accessGroup: string; readonly mayTakeOver: boolean }
  | {
      readonly word: 'remove-templates';
      readonly pin: string;
      readonly fingers: readonly number[];
      readonly face: boolean;
      readonly mayTakeOver: boolean;
    }
  | { readonly word: 'read-user'; readonly pin: string; readonly accessGroup: string }
  | { readonly word: 'read-events'; readonly from: string; readonly to: string }
  | { readonly word: 'read-device' }
  | {
      readonly word: 'scan';
      readonly pin: string;
      readonly what: 'fingerprint' | 'face' | 'card';
      readonly no: number;
      readonly accessGroup: string;
      readonly userGroup: string;
      readonly mayTakeOver: boolean;
    };

const WORDS: ReadonlySet<string> = new Set([
  'write-user',
  'remove-user',
  'remove-templates',
  'read-user',
  'read-events',
  'read-device',
  'scan',
] satisfies CommandWords['word'][]);

export const writeWords = (words: CommandWords): Uint8Array => Buffer.from(JSON.stringify(words));

/** The inverse of `writeWords`; undefined for anything else. */
export function readWords(bytes: Uint8Array): CommandWords | undefined {
  const words = parseJson(Buffer.from(bytes).toString('utf8'));
  const isOne = isFields(words) && typeof words['word'] === 'string' && WORDS.has(words['word']);
  return isOne ? (words as unknown as CommandWords) : undefined; // only `encode` writes them
}
