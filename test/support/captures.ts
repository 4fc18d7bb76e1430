import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { asSerialNumber, type Command } from '@biolistener/core';
import { z } from 'zod';

const folder = resolve(import.meta.dirname, '../captures');

const json = z.record(z.string(), z.unknown());
const expectation = z.object({
  given: z.object({
    now: z.string(),
    zone: z.string(),
    serialNumber: z.string().optional(),
    status: z.enum(['approved', 'pending', 'blocked']).default('approved'),
    profile: json.default({}),
    options: json.default({}),
    stamps: z.record(z.string(), z.string()).default({}),
    after: z.array(z.string()).default([]),
    commands: z.array(z.object({ id: z.string(), kind: z.string(), parameters: json })).default([]),
    isStoreDown: z.boolean().default(false),
  }),
  reply: z.object({
    status: z.number(),
    body: z.string().optional(),
    bodyHex: z.string().optional(),
    bodyStartsWith: z.string().optional(),
    bodyContains: z.array(z.string()).default([]),
    bodyLacks: z.array(z.string()).default([]),
    headers: z.array(z.string()).optional(),
  }),
});

export interface Capture {
  readonly name: string;
  readonly brand: string;
  readonly request: Buffer;
  readonly given: z.output<typeof expectation>['given'] & { readonly commands: readonly Command[] };
  readonly reply: z.output<typeof expectation>['reply'];
}

export function readCapture(brand: string, name: string): Capture {
  const parsed = expectation.parse(JSON.parse(readFileSync(join(folder, brand, `${name}.expected.json`), 'utf8')));
  // the kinds of commands are checked by the codec that encodes them
  const given = parsed.given as Capture['given'];
  return { name, brand, request: readFileSync(join(folder, brand, `${name}.http`)), given, reply: parsed.reply };
}

/** Every recorded exchange of a brand. */
export const capturesOf = (brand: string): Capture[] =>
  readdirSync(join(folder, brand))
    .filter((file) => file.endsWith('.http'))
    .map((file) => readCapture(brand, file.replace(/\.http$/, '')));

/** Whose request it is: from the query or the header, as the brand says it. */
export function serialOf(request: Buffer): string | undefined {
  const head = request.toString('latin1', 0, Math.max(request.indexOf('\r\n\r\n'), 0));
  const inBody = /"(?:dev_id|sn)":"([^"]+)"/.exec(request.toString('latin1'))?.[1];
  return inBody ?? /[?&]sn=([^&\s]+)/i.exec(head)?.[1] ?? /^dev[_-]id:\s*(\S+)/im.exec(head)?.[1];
}

export const serial = asSerialNumber;
