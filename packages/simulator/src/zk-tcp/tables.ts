import type { ZkTcpFaults } from './faults.ts';
import type { DeviceMemory } from './memory.ts';
import type { DeviceSession } from './session.ts';
import type { Packet } from './wire.ts';

const OK = 2000;
const ERROR = 2001;
const UNKNOWN = 65_535;
const PREPARE = 1500;
const DATA = 1501;
/** Up to here the answer to PREPARE_BUFFER is the table itself (§5.2). */
const SMALL = 1024;
const UDP_DATA = 1024;
/** More than this is not given at once (§5.2). */
const LARGEST_CHUNK = 0xffc0;

export interface TableWays {
  readonly memory: DeviceMemory;
  readonly faults: ZkTcpFaults;
  /** An attendance event, in the middle of a chunk. */
  readonly tellOfPunch: () => void;
}

function spoiled(blob: Buffer, faults: ZkTcpFaults): Buffer {
  const padded = Buffer.concat([blob, Buffer.alloc(faults.padBytes ?? 0)]);
  if (faults.isTotalTooLarge === true) padded.writeUInt32LE(blob.length + 400, 0);
  return padded;
}

/** 1503: small tables at once, larger ones laid out to be read in chunks. */
export function prepareBuffer(packet: Packet, session: DeviceSession, ways: TableWays): void {
  const { memory, faults } = ways;
  const command = packet.data.length >= 11 ? packet.data.readUInt16LE(1) : 0;
  if (!memory.profile.hasBufferedRead) return session.send(UNKNOWN, packet.number);
  const refusal = command === 13 ? memory.profile.logRefusal : undefined;
  if (refusal !== undefined) return session.send(refusal, packet.number);
  const table = memory.tableOf(command);
  if (!table) return session.send(ERROR, packet.number);
  const blob = spoiled(table, faults);
  if (blob.length <= SMALL) return session.send(DATA, packet.number, blob);
  session.buffer = blob;
  const answer = Buffer.alloc(13);
  answer.writeUInt32LE(blob.length, 1);
  answer.writeUInt32LE(blob.length, 5);
  session.send(OK, packet.number, answer);
}

/** 1504: PREPARE_DATA, the bytes in one or more DATA, and OK (§5.2 3b). */
export function readBuffer(packet: Packet, session: DeviceSession, ways: TableWays): void {
  const { buffer } = session;
  if (!buffer || packet.data.length < 8) return session.send(ERROR, packet.number);
  const start = packet.data.readInt32LE(0);
  const size = packet.data.readInt32LE(4);
  const isShort = ways.faults.isChunkShort === true;
  const chunk = buffer.subarray(start, start + (isShort ? Math.max(1, size - 7) : size));
  if (start < 0 || size <= 0 || size > LARGEST_CHUNK || chunk.length === 0) return session.send(ERROR, packet.number);
  if ((ways.faults.cutChunks ?? 0) > 0) {
    ways.faults.cutChunks = (ways.faults.cutChunks ?? 0) - 1;
    session.send(PREPARE, packet.number, sizesOf(chunk.length, chunk.length));
    session.send(DATA, packet.number, chunk.subarray(0, chunk.length / 2));
    return session.drop();
  }
  stream(chunk, packet.number, session, ways);
}

/** The reads of units without 1503 (§5.4). */
export function readWhole(packet: Packet, session: DeviceSession, ways: TableWays): void {
  const table = ways.memory.tableOf(packet.code);
  if (!table) return session.send(ERROR, packet.number);
  stream(spoiled(table, ways.faults), packet.number, session, ways);
}

const sizesOf = (whole: number, piece: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(whole, 0);
  bytes.writeUInt32LE(piece, 4);
  return bytes;
};

function stream(bytes: Buffer, number: number, session: DeviceSession, { faults, tellOfPunch }: TableWays): void {
  const most = session.transport === 'udp' ? UDP_DATA : (faults.dataBytes ?? bytes.length);
  session.send(PREPARE, number, sizesOf(bytes.length, Math.min(most, bytes.length)));
  for (let at = 0; at < bytes.length; at += most) {
    session.send(DATA, number, bytes.subarray(at, at + most));
    if (at === 0 && faults.isEventInChunk === true) tellOfPunch();
  }
  session.send(OK, number);
}
