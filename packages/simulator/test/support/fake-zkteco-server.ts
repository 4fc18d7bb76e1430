import { wallOfSeconds } from '../../src/zkteco/access-execute.ts';
import { wallText } from '../../src/wall-clock.ts';
import { FakeServer, type FakeReply, type SeenRequest } from './fake-server.ts';

/** The reply that protocols/zkteco-push.md §1.5 asks for. */
export function zkReply(request: SeenRequest, body: string, status = 200): FakeReply {
  const close = request.version === 'HTTP/1.0' || request.header('Connection') === 'close';
  const head = [
    `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Not OK'}`,
    'Content-Type: text/plain',
    `Date: ${new Date().toUTCString()}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Connection: ${close ? 'close' : 'keep-alive'}`,
  ];
  return { bytes: Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`), close };
}

export const operationOf = (request: SeenRequest): string => {
  const path = /\/iclock\/(\w+)/.exec(request.target)?.[1] ?? '';
  const table = /[?&]table=(\w+)/.exec(request.target)?.[1];
  if (path === 'cdata' && request.target.includes('options=all')) return 'handshake';
  return table ? `${path}/${table}` : path;
};

export const linesOf = (request: SeenRequest): string[] =>
  request.body
    .toString('latin1')
    .split('\n')
    .filter((line) => line.trim() !== '');

/** Answers as the document asks, remembers what it took, and lets a test put its own reply first. */
export class FakeZktecoServer extends FakeServer {
  /** Attendance rows by their five identifying columns, with how often each came. */
  readonly rows = new Map<string, number>();
  /** Lines waiting for the next poll, `C:1:CHECK` without the line end. */
  readonly commands: string[] = [];
  readonly stamps = new Map<string, string>();
  timeZone = '0';
  more: readonly string[] = [];
  /** A reply that goes before the usual one; undefined leaves it. */
  script: (request: SeenRequest, operation: string) => FakeReply | undefined = () => undefined;

  constructor() {
    super((request) => this.script(request, operationOf(request)) ?? this.usual(request));
  }

  /** Requests of one operation, oldest first. */
  seen(operation: string): SeenRequest[] {
    return this.requests.filter((request) => operationOf(request) === operation);
  }

  usual(request: SeenRequest): FakeReply {
    const operation = operationOf(request);
    const isAccess = request.target.includes('DeviceType=acc');
    if (operation === 'handshake') return zkReply(request, isAccess ? 'OK' : this.#configuration(request));
    if (operation === 'rtdata') return zkReply(request, 'DateTime=841739730,ServerTZ=+0000');
    if (request.target.includes('type=time')) return zkReply(request, `Time=${isoNow()}+00:00\n`);
    const access = accessReply(request, operation);
    if (access !== undefined) {
      this.commit(request);
      return zkReply(request, access);
    }
    if (operation === 'getrequest') return zkReply(request, this.#commandBody());
    if (['devicecmd', 'cdata/options', 'cdata/ATTPHOTO', 'fdata/ATTPHOTO'].includes(operation)) {
      return zkReply(request, 'OK');
    }
    this.commit(request);
    return zkReply(request, `OK: ${linesOf(request).length}`);
  }

  /** Takes the records of an upload, as a store would. */
  commit(request: SeenRequest): void {
    const [, table = ''] = operationOf(request).split('/');
    const stamp = /[?&](?:Op)?Stamp=([^&]*)/.exec(request.target)?.[1];
    if (stamp !== undefined) this.stamps.set(table, stamp);
    if (table !== 'ATTLOG' && table !== 'rtlog' && !request.target.includes('tablename=transaction')) return;
    for (const line of linesOf(request)) {
      const key = table === 'ATTLOG' ? line.split('\t').slice(0, 4).join('\t') : accessKey(line);
      this.rows.set(key, (this.rows.get(key) ?? 0) + 1);
    }
  }

  #commandBody(): string {
    const waiting = this.commands.splice(0);
    return waiting.length === 0 ? 'OK' : `${waiting.join('\n')}\n`;
  }

  #configuration(request: SeenRequest): string {
    const serialNumber = /[?&]SN=([^&]*)/.exec(request.target)?.[1] ?? '';
    const stamp = (table: string): string => this.stamps.get(table) ?? '0';
    const isTft = request.target.includes('ComKey');
    const lines = [
      `GET OPTION FROM: ${serialNumber}`,
      `Stamp=${stamp('ATTLOG')}`,
      `OpStamp=${stamp('OPERLOG')}`,
      `PhotoStamp=0`,
      `ATTLOGStamp=${stamp('ATTLOG')}`,
      `OPERLOGStamp=${stamp('OPERLOG')}`,
      `BIODATAStamp=${stamp('BIODATA')}`,
      'ErrorDelay=60',
      'Delay=10',
      'TransInterval=1',
      'TransFlag=TransData AttLog\tOpLog\tEnrollUser\tChgUser\tEnrollFP\tChgFP\tFACE\tUserPic\tBioPhoto\tAttPhoto',
      `TimeZone=${isTft ? '+00:00' : this.timeZone}`,
      'Realtime=1',
      'Encrypt=0',
      'ServerVer=2.4.1',
      ...this.more,
    ];
    return `${lines.join('\n')}\n`;
  }
}

const isoNow = (): string => new Date().toISOString().slice(0, 19);

const CONFIGURATION = [
  ...['ServerVersion=3.1.2', 'ServerName=ADMS', 'PushVersion=3.1.2', 'PushProtVer=3.1.2', 'ErrorDelay=60'],
  ...['RequestDelay=10', 'TransTables=User Transaction', 'Realtime=1', 'SessionID=S1', ''],
].join('\n');

/** What a terminal in access mode is told (protocols/zkteco-push.md §2.9, §3.1); undefined for what all terminals ask. */
function accessReply(request: SeenRequest, operation: string): string | undefined {
  if (operation === 'registry') return 'RegistryCode=Code1';
  if (operation === 'push') return CONFIGURATION;
  if (operation === 'cdata/rtlog' || operation === 'cdata/rtstate') return 'OK';
  const table = /[?&]tablename=(\w+)/.exec(request.target)?.[1];
  return table === undefined ? undefined : `${table}=${linesOf(request).length}`;
}

/** PIN and time of an event, the same whether it came live or out of the log. */
function accessKey(line: string): string {
  const field = (name: string): string => new RegExp(`(?:^|[\\t ])${name}=([^\\t]*)`).exec(line)?.[1] ?? '';
  const seconds = Number(field('time_second'));
  return [field('pin'), field('time') || wallText(wallOfSeconds(seconds))].join('\t');
}
