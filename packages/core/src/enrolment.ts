import type { Pin } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { LocalTime } from './time.ts';

export type TemplateKind =
  | 'fingerprint'
  | 'face'
  | 'visible-face'
  | 'finger-vein'
  | 'palm'
  | 'palm-vein'
  | 'visible-palm'
  | 'voice'
  | 'iris'
  | 'retina'
  | 'generic';

/** One biometric record of one kind and index, as opaque bytes. Secret: encrypted before it is stored. */
export interface Template {
  readonly pin: Pin;
  readonly kind: TemplateKind;
  /** Finger 0–9, hand, eye. */
  readonly no: number;
  /** Part of a template that comes in several. */
  readonly index: number;
  /** The family of bytes that another terminal must understand: `zk`, `FKDataHS101` … */
  readonly algorithm: string;
  /** Version text, `40.1`, `10`; empty when the terminal does not say. */
  readonly version: string;
  readonly isValid: boolean;
  /** Undefined: the terminal does not say; what is known of the same bytes stays. */
  readonly isDuress: boolean | undefined;
  /** What the terminal said the size was; only compared and shown. */
  readonly declaredSize: number | undefined;
  /** How `data` came: base64 text kept as sent, or raw bytes. */
  readonly encoding: 'base64' | 'binary';
  readonly data: Uint8Array;
}

/** What a terminal says about a person. Absent is not empty: only what was said is present. */
export interface TerminalUser {
  readonly pin: Pin;
  readonly name?: string;
  readonly privilege?: number;
  readonly group?: string;
  /** Decimal card number. */
  readonly card?: string;
  /** Clear text on the wire. Secret: encrypted before it is stored. */
  readonly password?: string;
  readonly isEnabled?: boolean;
  /** Which character set the name came in, when it was not UTF-8. */
  readonly charset?: string;
  readonly extra: JsonObject;
}

export type PhotoKind = 'attendance' | 'user' | 'comparison';

/** A picture of a person. Secret: encrypted before it is stored. */
export interface Photo {
  readonly kind: PhotoKind;
  readonly pin: Pin | undefined;
  readonly wallTime: LocalTime | undefined;
  readonly fileName: string;
  readonly declaredSize: number | undefined;
  readonly data: Uint8Array;
}
