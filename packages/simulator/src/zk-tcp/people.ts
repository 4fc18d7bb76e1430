import { takeBulk } from './bulk.ts';
import type { DeviceMemory } from './memory.ts';
import { readUserBytes } from './records.ts';
import type { DeviceSession } from './session.ts';
import { NONE, type Packet } from './wire.ts';

const OK = 2000;
const ERROR = 2001;

type Handler = (packet: Packet, session: DeviceSession, memory: DeviceMemory) => void;

const verdict = (isDone: boolean): number => (isDone ? OK : ERROR);

/** 8: an existing slot is overwritten (§4.4). */
const writeUser: Handler = (packet, session, memory) => {
  const user = readUserBytes(packet.data);
  const isFit = user !== undefined && user.uid > 0 && packet.data.length === memory.profile.users;
  const isFull =
    user !== undefined && !memory.users.has(user.uid) && memory.users.size >= memory.profile.capacity.users;
  if (isFit && !isFull) {
    memory.users.set(user.uid, user);
    memory.unrefreshed += 1;
  }
  session.send(verdict(isFit && !isFull), packet.number);
};

const deleteUser: Handler = (packet, session, memory) => {
  const isThere = packet.data.length >= 2 && memory.removeUser(packet.data.readUInt16LE(0));
  session.send(verdict(isThere), packet.number);
};

/** 19: by slot and finger. */
const deleteTemplate: Handler = (packet, session, memory) => {
  const key = packet.data.length >= 3 ? `${packet.data.readUInt16LE(0)}/${packet.data[2] ?? 0}` : '';
  session.send(verdict(memory.templates.delete(key)), packet.number);
};

/** 134: by user id and finger. */
const deleteTemplateOfUser: Handler = (packet, session, memory) => {
  const id = packet.data.toString('latin1', 0, 24).replace(/\0.*$/, '');
  const key = `${memory.userOf(id)?.uid ?? 0}/${packet.data[24] ?? 0}`;
  session.send(verdict(memory.templates.delete(key)), packet.number);
};

/** 1500 of a client: so many bytes will be uploaded. */
const beginUpload: Handler = (packet, session) => {
  session.uploadSize = packet.data.length >= 4 ? packet.data.readUInt32LE(0) : 0;
  session.upload = NONE;
  session.send(OK, packet.number);
};

const takeUpload: Handler = (packet, session) => {
  session.upload = Buffer.concat([session.upload, packet.data]);
  session.send(verdict(session.upload.length <= session.uploadSize), packet.number);
};

const saveBulk: Handler = (packet, session, memory) => {
  const isWhole = session.upload.length === session.uploadSize;
  const isTaken = isWhole && takeBulk(memory, session.upload);
  session.upload = NONE;
  memory.unrefreshed += 1;
  session.send(verdict(isTaken), packet.number);
};

/** 87: one template, for a user that is there. */
const writeTemplate: Handler = (packet, session, memory) => {
  const uid = packet.data.readUInt16LE(0);
  const isFit = memory.users.has(uid) && session.upload.length === packet.data.readUInt16LE(4);
  if (isFit) memory.templates.set(`${uid}/${packet.data[2] ?? 0}`, session.upload);
  session.send(verdict(isFit), packet.number);
};

/** Commands on people, by code (§4.4, §4.5). */
export const PEOPLE: Readonly<Record<number, Handler>> = {
  8: writeUser,
  18: deleteUser,
  19: deleteTemplate,
  134: deleteTemplateOfUser,
  1500: beginUpload,
  1501: takeUpload,
  110: saveBulk,
  87: writeTemplate,
  119: (packet, session) => session.send(OK, packet.number, Buffer.from('44332211', 'hex')),
};
