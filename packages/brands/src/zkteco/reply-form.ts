/** What `answer` must know to find its words; travels in `Decoded.reply`. */
export type ReplyForm =
  | { readonly form: 'ok' }
  /** `OK: n` (protocols/zkteco-push.md §3.1). */
  | { readonly form: 'count'; readonly n: number }
  /** `<table>=<n>` of the security dialect (§3.1). */
  | { readonly form: 'table'; readonly name: string; readonly n: number }
  | { readonly form: 'commands' }
  | { readonly form: 'time' }
  | { readonly form: 'text'; readonly status: number; readonly body: string }
  | HandshakeForm;

export interface HandshakeForm {
  readonly form: 'handshake';
  readonly dialect: 'P1' | 'ATT' | 'TFT';
  readonly version: string;
  /** The terminal offered to send its options. */
  readonly asksOptions: boolean;
  readonly multiBio: boolean;
}
