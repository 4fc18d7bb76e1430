import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Random } from '../random.ts';
import type { Device } from './device.ts';
import type { ZkTcpFaults } from './faults.ts';
import { newSession, type DeviceSession } from './session.ts';
import { datagramOf, readDatagram, Reassembly, segmentOf } from './wire.ts';

export interface OpenServer {
  readonly port: number;
  close(): Promise<void>;
}

function spoil(datagram: Buffer, faults: ZkTcpFaults): Buffer {
  if (faults.isChecksumWrong === true) datagram.writeUInt16LE(datagram.readUInt16LE(2) ^ 0x5555, 2);
  return datagram;
}

/** A stale answer first, where that is asked for: an older number, and bytes that would be a time (§1.5 rule 4). */
function packetsOf(
  code: number,
  session: DeviceSession,
  number: number,
  data: Buffer | undefined,
  faults: ZkTcpFaults,
  own = session.id,
): Buffer[] {
  const answer = spoil(datagramOf(code, own, number, data), faults);
  const isStale = faults.isStale === true && code !== 500 && number > 0;
  return isStale ? [datagramOf(2000, session.id, number - 1, Buffer.alloc(4)), answer] : [answer];
}

/** Small pieces in one turn would be put together again by the kernel, so Nagle is off and each is a write of its own. */
function writeCut(socket: Socket, bytes: Buffer, size: number | undefined): void {
  if (size === undefined) socket.write(bytes);
  else for (let at = 0; at < bytes.length; at += size) socket.write(bytes.subarray(at, at + size));
}

function serve(socket: Socket, device: Device, faults: ZkTcpFaults): void {
  const reassembly = new Reassembly();
  const session: DeviceSession = newSession('tcp', {
    send: (code, number, data, own) => {
      if (socket.destroyed) return;
      for (const packet of packetsOf(code, session, number, data, faults, own))
        writeCut(socket, segmentOf(packet), faults.segmentBytes);
    },
    drop: () => {
      device.forget(session);
      socket.destroySoon(); // what was said before still leaves
    },
  });
  socket.setNoDelay(true);
  socket.on('error', () => undefined); // clients come and go; `close` follows
  socket.on('close', () => device.forget(session));
  socket.on('data', (chunk) => {
    const packets = reassembly.take(chunk);
    if (!packets) return session.drop();
    for (const packet of packets) device.handle(packet, session);
  });
}

/** `isMute`: it accepts and never says a word, as units that speak UDP only do (§1.2). */
export async function openTcp(device: Device, faults: ZkTcpFaults, port: number, isMute: boolean): Promise<OpenServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (isMute) socket.on('error', () => undefined).resume();
    else serve(socket, device, faults);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A network that loses, doubles and turns round datagrams as the faults say. */
function unreliable(send: (packet: Buffer) => void, faults: ZkTcpFaults, random: Random): (packet: Buffer) => void {
  let held: Buffer | undefined;
  return (packet) => {
    const { loss = 0, doubled = 0, reordered = 0 } = faults.datagrams ?? {};
    if (random.chance(loss)) return;
    const isHeld = held === undefined && random.chance(reordered);
    if (isHeld) held = packet;
    else send(packet);
    if (isHeld) return;
    if (random.chance(doubled)) send(packet);
    if (held) send(held);
    held = undefined;
  };
}

export async function openUdp(device: Device, faults: ZkTcpFaults, port: number, random: Random): Promise<OpenServer> {
  const socket: UdpSocket = createSocket('udp4');
  const sessions = new Map<string, DeviceSession>();
  socket.on('message', (bytes, from) => {
    const key = `${from.address}:${from.port}`;
    const session = sessions.get(key) ?? newUdpSession(socket, from, faults, device, random);
    sessions.set(key, session);
    const packet = random.chance(faults.datagrams?.loss ?? 0) ? undefined : readDatagram(bytes);
    if (packet) device.handle(packet, session);
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, close: () => new Promise((done) => socket.close(() => done())) };
}

function newUdpSession(
  socket: UdpSocket,
  from: { readonly address: string; readonly port: number },
  faults: ZkTcpFaults,
  device: Device,
  random: Random,
): DeviceSession {
  const out = unreliable((packet) => socket.send(packet, from.port, from.address), faults, random);
  const session: DeviceSession = newSession('udp', {
    send: (code, number, data, own) => {
      packetsOf(code, session, number, data, faults, own).forEach(out);
    },
    drop: () => device.forget(session),
  });
  return session;
}
