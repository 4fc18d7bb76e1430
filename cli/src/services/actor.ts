import { userInfo } from 'node:os';

/** Who is written into the audit: `cli:<user of the operating system>`. */
export function actorHere(): string {
  const sudo = process.env['SUDO_USER'];
  if (sudo !== undefined && /^[\w.-]{1,64}$/.test(sudo)) return `cli:${sudo}`;
  try {
    return `cli:${userInfo().username}`;
  } catch {
    return `cli:${process.getuid?.() ?? 'unknown'}`; // a container may run a number that has no name
  }
}
