import type { Brand } from '@biolistener/wire';
import { COMMANDS } from './abilities.ts';
import { answer } from './answer.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { AIFACE_ERRORS } from './errors.ts';
import { claims, identify } from './identify.ts';
import { roster } from './roster.ts';
import { openSession } from './session.ts';

const ONCE: ReadonlySet<string> = new Set(['door.open', 'restart', 'logs.clear', 'enrol.start', 'raw']);

/** Face terminals that hold a WebSocket: Timmy, AiFace, THbio, Fingerspot and others. See docs/protocols/aiface.md. */
export const aiface: Brand = {
  name: 'aiface',
  title: 'AiFace / Timmy (WebSocket)',
  commands: COMMANDS,
  errors: AIFACE_ERRORS,
  commandsPerPoll: 1,
  isOneOutstanding: true,
  // a conversation ends by itself sooner; this is for a process that died with one
  answerWithinMs: 120_000,
  roster,
  keypad: [
    'Menu → Comm set → Server → Server Req: Yes',
    'Menu → Comm set → Server → Server IP: {host} (Use domainNm: No)',
    'Menu → Comm set → Server → SerPortNo: {port}',
    'Menu → Comm set → Server → Server approval: No (the terminal decides alone who may pass)',
    'Menu → System info: read the serial number, the terminal announces itself by it',
  ],
  claims,
  identify,
  decode,
  answer,
  encode,
  socket: {
    // protocols/aiface-websocket.md §2.1, §2.3, §12
    limits: {
      registrationMs: 30_000,
      idleMs: 90_000,
      pingMs: 20_000,
      messageBytes: 10 * 1024 * 1024,
      greetingLastsMs: 300_000,
    },
    isRepeatable: (kind) => !ONCE.has(kind),
    open: openSession,
  },
};
