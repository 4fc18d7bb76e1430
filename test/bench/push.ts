import { once } from 'node:events';
import { WebSocket } from 'ws';
import { load, median, quiet, type LoadOptions, type LoadResult } from './load.ts';
import { secondOfYear } from './requests.ts';
import { ebknSerialOf, faceSerialOf, serialOf, type BenchStage } from './stage.ts';

// One punch of each way of calling, answered after its commit, against a server of the same kind that forgets it. That of the
// attendance dialect of zkteco is measured in main.ts.

let punches = 0;
/** Another second each time: no punch is another's copy. */
function nextPunch(): { readonly pin: number; readonly time: string } {
  punches += 1;
  return { pin: 1000 + (punches % 500), time: secondOfYear(punches) };
}

const post = (target: string, headers: readonly string[], body: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(
      [`POST ${target} HTTP/1.1`, 'Host: x', ...headers, `Content-Length: ${body.length}`, '', ''].join('\r\n'),
    ),
    body,
  ]);

/** An event of a door. Serial numbers that no other measurement has: this makes them terminals of access control. */
function accessPunch(connection: number): Buffer {
  const { pin, time } = nextPunch();
  const event = `time=${time}\tpin=${pin}\tcardno=0\teventaddr=1\tevent=0\tinoutstatus=0\tverifytype=4\tindex=${punches}\n`;
  return post(
    `/iclock/cdata?SN=${serialOf(100 + connection)}&table=rtlog`,
    ['Content-Type: text/plain'],
    Buffer.from(event),
  );
}

function ebknPunch(connection: number): Buffer {
  const { pin, time } = nextPunch();
  const record = {
    fk_bin_data_lib: 'FKDataHS103',
    io_mode: 16_777_216,
    io_time: time.replace(/\D/g, ''),
    log_image: null,
    user_id: String(pin),
    verify_mode: 1_073_741_824,
  };
  const text = Buffer.from(`${JSON.stringify(record)}\n\0`);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(text.length);
  const body = Buffer.concat([head, text]);
  const headers = ['request_code: realtime_glog', 'trans_id: RTLogSendAction', `dev_id: ${ebknSerialOf(connection)}`];
  return post('/', [...headers, 'blk_no: 0', `blk_len: ${body.length}`], body);
}

const reg = (at: number): string =>
  JSON.stringify({ cmd: 'reg', sn: faceSerialOf(at), devinfo: { modelname: 'AI06', firmware: 'bench', facesize: 10 } });

function facePunch(at: number): string {
  const { pin, time } = nextPunch();
  const record = [{ enrollid: pin, time, mode: 8, inout: 0, event: 0 }];
  return JSON.stringify({ cmd: 'sendlog', sn: faceSerialOf(at), count: 1, logindex: 0, record });
}

/** The closed loop of `load`, over sockets that have greeted. */
async function loadSockets({ port, connections, milliseconds }: Omit<LoadOptions, 'request'>): Promise<LoadResult> {
  const sockets = await Promise.all(Array.from({ length: connections }, (_, at) => greeted(port, at)));
  const startedAt = performance.now();
  const stopAt = startedAt + milliseconds;
  const done = await Promise.all(sockets.map((socket, at) => punchUntil(socket, at, stopAt)));
  const seconds = (performance.now() - startedAt) / 1000;
  for (const socket of sockets) socket.terminate();
  const replies = done.reduce((sum, each) => sum + each.replies, 0);
  return { perSecond: replies / seconds, replies, refusals: done.reduce((sum, each) => sum + each.refusals, 0) };
}

async function greeted(port: number, at: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/pub/chat`, { perMessageDeflate: false });
  await once(socket, 'open');
  socket.send(reg(at));
  const [answer] = (await once(socket, 'message')) as [Buffer];
  if (!isTaken(answer)) throw new Error(`a greeting was refused: ${answer.toString()}`);
  return socket;
}

const isTaken = (answer: Buffer): boolean => answer.includes('"result":true');

function punchUntil(socket: WebSocket, at: number, stopAt: number): Promise<{ replies: number; refusals: number }> {
  return new Promise((resolve, reject) => {
    const tally = { replies: 0, refusals: 0 };
    socket.on('error', reject);
    socket.on('message', (answer: Buffer) => {
      tally.replies += 1;
      if (!isTaken(answer)) tally.refusals += 1;
      if (performance.now() < stopAt) socket.send(facePunch(at));
      else resolve(tally);
    });
    socket.send(facePunch(at));
  });
}

const WAYS = {
  access: (options: Omit<LoadOptions, 'request'>) => load({ ...options, request: accessPunch }),
  ebkn: (options: Omit<LoadOptions, 'request'>) => load({ ...options, request: ebknPunch }),
  aiface: loadSockets,
} as const;

export type Way = keyof typeof WAYS;
export const PUSH_WAYS = Object.keys(WAYS) as Way[]; // the keys of WAYS are ways

export interface PushResult {
  readonly ours: number;
  readonly baseline: number;
  readonly ratio: number;
}

/** Ours and the baseline in turns, as everything here; the first round warms both up. */
export async function measurePush(
  way: Way,
  stage: BenchStage,
  size: { readonly rounds: number; readonly milliseconds: number },
  connections: number,
): Promise<PushResult> {
  const rounds: PushResult[] = [];
  const run = async (port: number): Promise<number> => {
    const { perSecond, refusals } = await WAYS[way]({ port, connections, milliseconds: size.milliseconds });
    if (refusals > 0) throw new Error(`${refusals} punches of ${way} were refused`);
    await quiet();
    return perSecond;
  };
  for (let at = 0; at <= size.rounds; at += 1) {
    const ours = await run(stage.ports.listener);
    const baseline = await run(stage.ports.bare);
    if (at > 0) rounds.push({ ours, baseline, ratio: ours / baseline });
  }
  const of = (pick: (each: PushResult) => number): number => median(rounds.map(pick));
  return { ours: of((each) => each.ours), baseline: of((each) => each.baseline), ratio: of((each) => each.ratio) };
}
