import type { SimulatedTemplateKind } from '../terminal.ts';
import { readFields, type ZktecoCommand } from './command-line.ts';
import type { CommandOutcome, ZktecoDevice } from './device.ts';
import { removeData, updateData } from './people-commands.ts';
import { periodOf, queryData, type QueryUpload } from './query-commands.ts';
import { kindOfBioType } from './rows.ts';

/** What came of one command. No outcome at all: the firmware dropped it without a word. */
export interface Execution {
  readonly outcome?: CommandOutcome;
  readonly uploads?: readonly QueryUpload[];
  readonly then?: 'handshake' | 'restart' | 'sweep' | 'crash';
  /** The person at the keypad needs this long, ms before scaling; then `finish` gives the outcome. */
  readonly finish?: { readonly afterMs: number; readonly act: () => CommandOutcome };
}

type Handler = (device: ZktecoDevice, id: string, argument: string) => Execution;

const outcomeOf = (id: string, code: number, echo: string, more = ''): CommandOutcome => ({
  id,
  body: Buffer.from(`ID=${id}&Return=${code}&CMD=${echo}${more}\n`),
  isBlock: false,
});
const plain =
  (echo: string, then?: Execution['then']): Handler =>
  (_device, id) => ({ outcome: outcomeOf(id, 0, echo), ...(then ? { then } : {}) });

/** Verbs in table order; the first whose prefix fits decides (§4.1). */
const VERBS: readonly (readonly [string, Handler])[] = [
  ['DATA', executeData],
  ['CHECK', plain('CHECK', 'handshake')],
  ['LOG', plain('LOG', 'sweep')],
  ['INFO', (device, id) => ({ outcome: outcomeOf(id, 0, 'INFO', `\n${infoLines(device).join('\n')}`) })],
  ['GET OPTION FROM', getOption],
  ['SET OPTION', setOption],
  ['RELOAD OPTIONS', plain('RELOAD OPTIONS')],
  ['RELOAD DATA', plain('RELOAD DATA')],
  ['CLEAR LOG', clear('CLEAR LOG', (device) => device.attendance.clear())],
  ['CLEAR PHOTO', clear('CLEAR PHOTO', (device) => device.photos.clear())],
  ['CLEAR ALL USERINFO', clear('CLEAR ALL USERINFO', (device) => device.people.clear())],
  ['CLEAR DATA', clear('CLEAR DATA', (device) => (device.people.clear(), device.attendance.clear()))],
  ['REBOOT', plain('REBOOT', 'restart')],
  ['AC_UNLOCK', plain('AC_UNLOCK')],
  ['AC_UNALARM', plain('AC_UNALARM')],
  ['VERIFY SUM ATTLOG', verifySum],
  ['ENROLL_FP', enrolFinger],
  ['ENROLL_BIO', enrolFace],
  ['SHELL', (_device, id) => ({ outcome: outcomeOf(id, -1002, 'Shell') })], // never executed, whatever it says
];

/**
 * Runs one command against the memory of a terminal.
 * A verb is a case-insensitive prefix; when something other than a blank or the end follows it, SDK firmware drops the
 * command without a result, newer firmware says −1002. Unknown verbs: −22 there, −1002 here (§4.1, §4.6, C68).
 */
export function executeCommand(device: ZktecoDevice, command: ZktecoCommand): Execution {
  const { id, text } = command;
  if (device.profile.isFragile && id.length > 19) return { then: 'crash' };
  const isSdk = device.profile.commands === 'sdk';
  const found = VERBS.find(([verb]) => text.slice(0, verb.length).toUpperCase() === verb);
  if (!found)
    return { outcome: isSdk ? outcomeOf(id, -22, 'UNKNOWN CMD') : outcomeOf(id, -1002, text.split(' ', 1)[0] ?? '') };
  const [verb, handler] = found;
  const rest = text.slice(verb.length);
  if (rest !== '' && !rest.startsWith(' ')) return isSdk ? {} : { outcome: outcomeOf(id, -1002, verb) };
  return handler(device, id, rest.trimStart());
}

/** The option list that a terminal gives as `INFO` or posts as `table=options` (§2.8, §4.6). */
export function infoLines(device: ZktecoDevice): string[] {
  const { profile, people, attendance } = device;
  const { fingerprint, face, visibleFace } = profile.versions;
  const isBio = profile.templates === 'biodata';
  return [
    `~DeviceName=${profile.deviceName}`,
    `~SerialNumber=${device.serialNumber}`,
    `FWVersion=${profile.firmware}`,
    `UserCount=${people.size}`,
    `TransactionCount=${attendance.size}`,
    `~MaxUserCount=${Math.ceil((device.capacity.users ?? 3000) / 100)}`,
    'MAC=02:00:00:00:00:01',
    '~OEMVendor=SYNTHETIC CO., LTD.',
    `FPVersion=${Number.parseInt(fingerprint, 10)}`,
    'BioDataFun=',
    ...(face ? [`FaceVersion=${Number.parseInt(face, 10)}`] : []),
    `MultiBioDataSupport=${isBio ? `0:1:0:0:0:0:0:0:0:${visibleFace ? 1 : 0}` : ''}`,
    `MultiBioPhotoSupport=${visibleFace ? '0:0:0:0:0:0:0:0:0:1' : ''}`,
    `MultiBioVersion=${isBio ? `0:${fingerprint}:0:0:0:0:0:0:0:${visibleFace}` : ''}`,
    ...[...device.options].map(([key, value]) => `${key}=${value}`),
  ];
}

function getOption(device: ZktecoDevice, id: string, key: string): Execution {
  if (!device.profile.knowsGetOption) return { outcome: outcomeOf(id, -1002, 'GET OPTION') };
  const line = infoLines(device).find((each) => each.startsWith(`${key}=`));
  return { outcome: line ? outcomeOf(id, 0, 'GET OPTION', `\n${line}`) : outcomeOf(id, -1004, 'GET OPTION') };
}

function setOption(device: ZktecoDevice, id: string, argument: string): Execution {
  const at = argument.indexOf('=');
  const key = argument.slice(0, at);
  const isRefused = at <= 0 || key.includes('~');
  if (!isRefused) device.options.set(key, argument.slice(at + 1));
  return { outcome: outcomeOf(id, isRefused ? -1 : 0, 'SET OPTION') };
}

function clear(echo: string, act: (device: ZktecoDevice) => void): Handler {
  return (device, id) => {
    act(device);
    return { outcome: outcomeOf(id, 0, device.profile.commands === 'sdk' ? echo : echo.replace(' ', '_')) };
  };
}

function verifySum(device: ZktecoDevice, id: string, argument: string): Execution {
  const { from, to } = periodOf(argument);
  const count = device.attendance.filter(({ punch }) => punch.wall >= from && punch.wall <= to).length;
  const isSdk = device.profile.commands === 'sdk';
  const period = argument.replaceAll('\t', '&');
  const echo = isSdk ? 'VERIFY SUM ATTLOG' : 'VERIFY SUM';
  return { outcome: outcomeOf(id, 0, echo, `&${period}&${isSdk ? 'AttlogCount' : 'AttlogSum'}=${count}`) };
}

/** §4.4: the result comes when the person has finished, the template in the next OPERLOG. */
function enrolFinger(device: ZktecoDevice, id: string, argument: string): Execution {
  return enrolAs(device, id, argument, 'fingerprint', 'ENROLL_FP');
}

function enrolFace(device: ZktecoDevice, id: string, argument: string): Execution {
  const kind = kindOfBioType(Number(readFields(argument).get('type')));
  if (!kind || device.profile.templates !== 'biodata') return { outcome: outcomeOf(id, -1002, 'ENROLL_BIO') };
  return enrolAs(device, id, argument, kind, 'ENROLL_BIO');
}

function enrolAs(
  device: ZktecoDevice,
  id: string,
  argument: string,
  kind: SimulatedTemplateKind,
  echo: string,
): Execution {
  const fields = readFields(argument);
  const pin = fields.get('pin');
  if (!pin) return { outcome: outcomeOf(id, -1, echo) };
  const no = Number(fields.get('fid') ?? 0);
  const isThere = (): boolean =>
    (device.people.get(pin)?.templates ?? []).some((each) => each.kind === kind && each.no === no);
  const act = (): CommandOutcome => {
    if (isThere() && fields.get('overwrite') !== '1') return outcomeOf(id, 2, echo); // exists for the user (§4.6)
    const template = device.makeTemplate(kind, no);
    if (device.hasNoRoomFor({ pin, templates: [template] })) return outcomeOf(id, -1001, echo);
    device.addTemplate(pin, template);
    return outcomeOf(id, 0, echo);
  };
  return { finish: { afterMs: 4000, act } };
}

/** `DATA UPDATE …`, `DATA DELETE …`, `DATA QUERY …` and the older `DATA USER`, `DATA FP`, `DATA DEL_USER` (§4.3). */
function executeData(device: ZktecoDevice, id: string, argument: string): Execution {
  const [word = '', ...others] = argument.split(' ');
  const rest = others.join(' ');
  const result = (code: number, uploads?: readonly QueryUpload[]): Execution => ({
    outcome: outcomeOf(id, code, 'DATA'),
    ...(uploads ? { uploads } : {}),
  });
  const [table = '', ...tail] = rest.split(' ');
  const fields = readFields(tail.join(' '));
  switch (word) {
    case 'UPDATE':
      return result(updateData(device, table, fields, id));
    case 'DELETE':
      return result(removeData(device, table, fields));
    case 'QUERY': {
      const uploads = queryData(device, table, tail.join(' '));
      return uploads
        ? result(
            uploads.reduce((sum, each) => sum + each.lines.length, 0),
            uploads,
          )
        : result(-1004);
    }
    case 'USER':
      return result(device.profile.commands === 'sdk' ? updateData(device, 'USERINFO', readFields(rest), id) : -1002);
    case 'FP':
      return result(device.profile.commands === 'sdk' ? updateData(device, 'FINGERTMP', readFields(rest), id) : -1002);
    case 'DEL_USER':
      return result(device.profile.commands === 'sdk' ? removeData(device, 'USERINFO', readFields(rest)) : -1002);
    case 'DEL_FP':
      return result(device.profile.commands === 'sdk' ? removeData(device, 'FINGERTMP', readFields(rest)) : -1002);
    default:
      return result(device.profile.commands === 'sdk' ? -13 : -1002);
  }
}
