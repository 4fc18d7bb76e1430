import { expect } from '@jest/globals';
import type { Dialog } from './dialog.ts';
import { encodeFrame, FrameReader, type Frame } from './frame.ts';

/** Bytes of the document's cases: hex with blanks. */
export const hex = (text: string): Buffer => Buffer.from(text.replace(/\s+/g, ''), 'hex');

/** The frames of a stream, in one piece. */
export const framesOf = (text: string): Frame[] => new FrameReader().push(hex(text));

export function frameOf(text: string): Frame {
  const [frame] = framesOf(text);
  if (!frame) throw new Error('no whole frame');
  return frame;
}

export type Line = readonly ['>' | '<', string];

/** Plays the terminal of a recorded exchange, and refuses when a dialog says something else than was recorded. */
export function play<T>(dialog: Dialog<T>, script: readonly Line[]): T {
  let step = dialog.next();
  for (const [side, text] of script) {
    const frame = frameOf(text);
    if (step.done) throw new Error('it ended before the script');
    if (side === '<') step = dialog.next(frame);
    else expect(bytesOf(step.value.send, frame)).toBe(text);
  }
  if (!step.done) throw new Error('it wants more than the script has');
  return step.value;
}

function bytesOf(
  send: { readonly command: number; readonly data: Uint8Array } | undefined,
  { session, reply }: Frame,
): string {
  if (!send) throw new Error('it waits where it should send');
  return encodeFrame({ ...send, session, reply }).toString('hex');
}
