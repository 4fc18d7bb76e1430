import { NONE } from './wire.ts';

/** What the terminal remembers of one client. */
export interface DeviceSession {
  id: number;
  isConnected: boolean;
  isKnown: boolean;
  mask: number;
  /** Laid out by PREPARE_BUFFER. */
  buffer: Buffer | undefined;
  /** What is being uploaded, and how long it will be. */
  upload: Buffer;
  uploadSize: number;
  readonly transport: 'tcp' | 'udp';
  send(code: number, number: number, data?: Buffer, session?: number): void;
  drop(): void;
}

export const newSession = (transport: 'tcp' | 'udp', ways: Pick<DeviceSession, 'send' | 'drop'>): DeviceSession => ({
  id: 0,
  isConnected: false,
  isKnown: false,
  mask: 0,
  buffer: undefined,
  upload: NONE,
  uploadSize: 0,
  transport,
  ...ways,
});
