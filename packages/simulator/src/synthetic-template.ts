import type { Random } from './random.ts';

/**
 * Templates of these terminals begin with the name of what made them, as real formats begin with marks of their own: by it a
 * terminal tells foreign bytes, which commands of old tables do not describe.
 */
const MARK = 'SIM';
const END = '\n';
const SIZE = 480;

/** A template of a maker such as `zk-fingerprint-10` or `FKDataHS101-fingerprint-8`. */
export function makeTemplateBytes(maker: string, random: Random, size = SIZE): Buffer {
  return Buffer.concat([Buffer.from(`${MARK} ${maker}${END}`), random.bytes(size)]);
}

/** Who made the bytes; undefined for those of nobody here, which a terminal has to take as they are. */
export function makerOf(data: Uint8Array): string | undefined {
  const head = Buffer.from(data.subarray(0, 100)).toString('latin1');
  return new RegExp(`^${MARK} ([^${END}]+)${END}`).exec(head)?.[1];
}

/** Whether bytes are surely another maker's. */
export function isForeign(data: Uint8Array, maker: string): boolean {
  const theirs = makerOf(data);
  return theirs !== undefined && theirs !== maker;
}
