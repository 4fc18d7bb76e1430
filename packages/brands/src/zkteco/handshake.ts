import { digestOf, offsetMinutes, type Json, type JsonObject } from '@biolistener/core';
import type { AnswerContext, TerminalView } from '@biolistener/wire';
import type { HandshakeForm } from './reply-form.ts';
import { resendTables } from './stamps.ts';
import { MULTI_BIO_LINES } from './versions.ts';

/**
 * `TimeZone` of an offset in minutes east: whole hours up to 11 as hours, everything else as minutes; TFT `±hh:mm`.
 * Source: protocols/zkteco-push.md §2.5, C06.
 */
export function timeZoneValue(minutes: number, dialect: 'P1' | 'ATT' | 'TFT'): string {
  if (dialect === 'TFT') {
    const size = Math.abs(minutes);
    const two = (n: number): string => String(n).padStart(2, '0');
    return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  }
  return String(minutes % 60 === 0 && Math.abs(minutes / 60) <= 11 ? minutes / 60 : minutes);
}

/** 45 to 75 seconds, always the same for one terminal: after an outage not all of them come back at once (§6.1 Q26). */
export function errorDelaySeconds(serialNumber: string): number {
  return 45 + (Number.parseInt(digestOf(serialNumber).slice(0, 8), 16) % 31);
}

/** What to upload, names separated by TABs (§2.4). TFT leaves the keyword out, knows no FVEIN, and cuts at 90 characters. */
const UPLOADS =
  'TransData AttLog,OpLog,EnrollUser,ChgUser,EnrollFP,ChgFP,FACE,UserPic,BioPhoto,AttPhoto,WORKCODE,FVEIN'.split(',');
const TFT_UPLOADS = 'AttLog,OpLog,EnrollUser,ChgUser,EnrollFP,ChgFP,EnrollFACE,ChgFACE,UserPic,AttPhoto'.split(',');

/** The options that a terminal is asked to tell of itself (§2.3). */
const ASKED_OPTIONS = [
  ['~DeviceName', 'FWVersion', 'PushVersion', '~Platform', 'MAC', 'IPAddress', 'UserCount', 'TransactionCount'],
  ['~MaxUserCount', '~MaxAttLogCount', 'FingerFunOn', 'FPVersion', 'FPCount', '~MaxFingerCount'],
  ['FaceFunOn', 'FaceVersion', 'FaceCount', '~MaxFaceCount', 'FvFunOn', 'FvVersion', 'FvCount'],
  ['PvFunOn', 'PvVersion', 'PvCount', 'BioPhotoFun', 'BioDataFun', 'VisilightFun', 'PhotoFunOn', 'UserPicURLFunOn'],
  ['~LockFunOn', 'CardProtFormat', 'MultiBioPhotoSupport', 'MultiBioDataSupport', 'MultiBioVersion'],
  ['MaxMultiBioDataCount', 'MultiBioDataCount'],
]
  .flat()
  .join(',');

export const numberIn = (value: Json | undefined, low: number, high: number): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high ? value : undefined;

/** A setting that becomes part of a line: plain printable text only. */
const textIn = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && /^[\x20-\x7e]{1,100}$/.test(value) ? value : undefined;

function stampLines(terminal: TerminalView): string[] {
  const again = resendTables(terminal.options, terminal.profile);
  const stamp = (table: string): string => (again.has(table) ? '0' : (terminal.stamps[table] ?? '0'));
  const tables = ['ATTLOG', 'OPERLOG', 'ATTPHOTO', 'BIODATA', 'IDCARD', 'ERRORLOG'];
  return [
    `Stamp=${stamp('ATTLOG')}`,
    `OpStamp=${stamp('OPERLOG')}`,
    `PhotoStamp=${stamp('ATTPHOTO')}`,
    ...tables.map((table) => `${table}Stamp=${stamp(table)}`),
  ];
}

function transFlag(dialect: HandshakeForm['dialect'], options: JsonObject): string {
  const names = dialect === 'TFT' ? TFT_UPLOADS : UPLOADS;
  return names.filter((name) => name !== 'AttPhoto' || options['attendancePhotos'] !== false).join('\t');
}

function optionLines(form: HandshakeForm, options: JsonObject): string[] {
  return [
    ...(form.dialect === 'TFT' ? ['SyncTime=3600'] : []),
    'SupportPing=1',
    'MaxPostSize=1048576',
    ...(textIn(options['encryptFlag']) === undefined ? [] : [`EncryptFlag=${textIn(options['encryptFlag']) ?? ''}`]),
    ...(form.multiBio ? MULTI_BIO_LINES : []),
    ...(form.asksOptions ? ['PushOptionsFlag=1', `PushOptions=${ASKED_OPTIONS}`] : []),
  ];
}

/**
 * The configuration that a handshake is answered with: first line fixed, `Key=Value` lines, each ended by LF.
 * `undefined` when the terminal has no zone: a guess would set its clock wrong (§2.5), so it stays unconfigured.
 * Stamps are the terminal's own, or 0 (§2.6); never a clock value. Source: protocols/zkteco-push.md §2.3.
 */
export function handshakeBlock(form: HandshakeForm, ctx: AnswerContext): string | undefined {
  const { terminal } = ctx;
  if (terminal?.zone === undefined) return undefined;
  const options = terminal.options ?? {};
  const lines = [
    `GET OPTION FROM: ${terminal.serialNumber}`,
    ...stampLines(terminal),
    `ErrorDelay=${numberIn(options['errorDelaySeconds'], 5, 3600) ?? errorDelaySeconds(terminal.serialNumber)}`,
    `Delay=${numberIn(options['delaySeconds'], 1, 600) ?? 10}`,
    'TransTimes=00:00;14:05',
    'TransInterval=1',
    `TransFlag=${transFlag(form.dialect, options)}`,
    `TimeZone=${timeZoneValue(offsetMinutes(terminal.zone, ctx.now), form.dialect)}`,
    'Realtime=1',
    'Encrypt=0',
    `ServerVer=${textIn(options['serverVer']) ?? '2.4.1'}`,
    `PushProtVer=${form.version}`,
    ...optionLines(form, options),
  ];
  return `${lines.join('\n')}\n`;
}
