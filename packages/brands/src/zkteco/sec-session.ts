import { digestOf, offsetMinutes, toLocal, type Json } from '@biolistener/core';
import { headerOf, type DecodeContext, type TerminalView, type WireInput } from '@biolistener/wire';
import { hash } from 'node:crypto';
import { numberIn } from './handshake.ts';
import { encodeZkSeconds } from './numbers.ts';
import { secVersion } from './proto-version.ts';
import { multiBioLines, reportsMultiBio, versionsOf } from './versions.ts';

const CODE = /^[A-Za-z0-9]{1,32}$/;
const codeIn = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && CODE.test(value) ? value : undefined;

/**
 * The code that a terminal is registered with, the same for its lifetime. It follows from the serial number, so that every
 * listener says the same without having to remember; it is told to whoever registers, and therefore proves nothing.
 */
export const registryCodeOf = ({ serialNumber, options }: TerminalView): string =>
  codeIn(options?.['registryCode']) ?? digestOf(`registry ${serialNumber}`).slice(0, 20);

export const sessionIdOf = ({ serialNumber, options }: TerminalView): string =>
  codeIn(options?.['sessionId']) ?? `S${digestOf(`session ${serialNumber}`).slice(0, 7).toUpperCase()}`;

/** How the token of a request stands against the formula, which no sample confirms (O16): noted, and rarely insisted on. */
export type TokenCheck = 'fits' | 'differs' | 'absent';

/** `Cookie: token=<MD5 of RegistryCode + SN + SessionID>`; before a session exists a `timestamp` stands in its place (§2.9). */
export function checkToken(input: Pick<WireInput, 'headers'>, terminal: TerminalView): TokenCheck {
  const cookie = headerOf(input.headers, 'cookie') ?? '';
  const said = (name: string): string | undefined =>
    new RegExp(`(?:^|[;,\\s])${name}=([^;,\\s]{1,64})`, 'i').exec(cookie)?.[1];
  const token = said('token')?.toLowerCase();
  if (token === undefined) return 'absent';
  const seeds = [sessionIdOf(terminal), said('timestamp')].filter((seed) => seed !== undefined);
  const start = `${registryCodeOf(terminal)}${terminal.serialNumber}`;
  return seeds.some((seed) => hash('md5', `${start}${seed}`, 'hex') === token) ? 'fits' : 'differs';
}

/** Said with 401; makes a terminal register anew. Without the letters of a success, as all refusals. */
export const REGISTER_AGAIN = 'REGISTER AGAIN\n';

/** Whether the settings insist on a token that fits. */
export const isTokenRequired = ({ options }: TerminalView): boolean => options?.['requireToken'] === true;

/** Tables that are looked through for what was not sent; templates only of terminals that keep them in old tables (§2.9). */
function transTables(terminal: TerminalView): string {
  const { face, fingerprint } = versionsOf(terminal.profile);
  const old = reportsMultiBio(terminal.profile)
    ? []
    : [face === '7' ? 'Facev7' : '', fingerprint === '10' ? 'templatev10' : ''];
  return ['User', 'Transaction', ...old].filter(Boolean).join(' ');
}

/**
 * The configuration of a registered terminal: `Key=Value` lines, each ended by LF. It holds no time: that is asked for
 * at `rtdata`. Source: protocols/zkteco-push.md §2.9, C57.
 */
export function configurationOf(terminal: TerminalView): string {
  const { profile } = terminal;
  const options = terminal.options ?? {};
  const version = secVersion(profile, options['pushProtVer']);
  const lines = [
    'ServerVersion=3.1.2',
    'ServerName=ADMS',
    // controllers look for the first, all others for the second
    `PushVersion=${version}`,
    `PushProtVer=${version}`,
    `ErrorDelay=${numberIn(options['errorDelaySeconds'], 5, 3600) ?? 60}`,
    `RequestDelay=${numberIn(options['delaySeconds'], 1, 600) ?? 10}`,
    'TransTimes=00:00;14:05',
    'TransInterval=2',
    `TransTables=${transTables(terminal)}`,
    'Realtime=1',
    `SessionID=${sessionIdOf(terminal)}`,
    'TimeoutSec=10',
    ...multiBioLines(profile),
  ];
  return `${lines.join('\n')}\n`;
}

/** `+0530` */
export function zoneText(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

/** UTC as the second count of §5.3. */
export const utcSeconds = (now: number): number => encodeZkSeconds(toLocal(now, 'UTC')) ?? 0;

/** `DateTime=<UTC>,ServerTZ=+0530`; undefined without a zone, as a guess would set the clock wrong (§5.2, C64). */
export function timeOf({ now, terminal }: DecodeContext): string | undefined {
  if (terminal.zone === undefined) return undefined;
  return `DateTime=${utcSeconds(now)},ServerTZ=${zoneText(offsetMinutes(terminal.zone, now))}`;
}
