import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, jest, test } from '@jest/globals';
import { CODE, encodeFrame, FrameReader, type Frame } from '@biolistener/brands/zk-tcp';
import { diagnose } from '../src/index.ts';

jest.setTimeout(120_000);

let server: Server | undefined;

afterEach(async () => {
  if (server?.listening === true) await new Promise((done) => server?.close(done));
});

/** A terminal that tells its serial number and nothing else, and hangs up at the given question. */
async function terminal(hangsUpAt: number): Promise<number> {
  const answer = ({ command, reply, data }: Frame): Buffer => {
    const isUsual = command === CODE.connect || command === CODE.exit;
    const asksSerial = command === CODE.optionRead && Buffer.from(data).toString().startsWith('~SerialNumber');
    const said = Buffer.from(asksSerial ? '~SerialNumber=ZKT0000001\0' : '');
    return encodeFrame({ command: isUsual || asksSerial ? CODE.ok : CODE.error, session: 7, reply, data: said });
  };
  const waiting = createServer((socket) => {
    const reader = new FrameReader();
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const frame of reader.push(chunk)) {
        if (frame.command === hangsUpAt) return void socket.destroy();
        socket.write(answer(frame));
      }
    });
  });
  server = waiting.listen(0, '127.0.0.1');
  await once(waiting, 'listening');
  return (waiting.address() as AddressInfo).port;
}

const diagnosisOf = async (hangsUpAt: number) => {
  const port = await terminal(hangsUpAt);
  return diagnose({ host: '127.0.0.1', port, transport: 'tcp', commKey: 0 }, () => undefined);
};

test('one that does not answer what it is doing has identified itself all the same', async () => {
  const { serialNumber, steps } = await diagnosisOf(CODE.state);
  expect(serialNumber).toBe('ZKT0000001');
  expect(steps.find(({ step }) => step === 'reachable')).toMatchObject({ isOk: true });
  expect(steps.find(({ step }) => step === 'state')).toMatchObject({ isOk: true, detail: 'it does not say' });
});

test('one that does not answer what a read needs is not reachable', async () => {
  const { serialNumber, steps } = await diagnosisOf(CODE.freeSizes);
  expect(serialNumber).toBeUndefined();
  expect(steps).toMatchObject([{ step: 'reachable', isOk: false }]);
});

test('a name that leads nowhere is a step that failed, with what it is', async () => {
  const { steps } = await diagnose({ host: 'no..body', port: 4370, transport: 'udp', commKey: 0 }, () => undefined);
  expect(steps).toMatchObject([{ step: 'reachable', isOk: false, detail: expect.stringContaining('no..body') }]);
});
