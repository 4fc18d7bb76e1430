/** Switches of §10 that break a client on purpose. All off by default; they can be changed while it runs. */
export interface ZkTcpFaults {
  /** Answers go out in pieces of so many bytes. */
  segmentBytes?: number;
  /** DATA of a chunk comes in frames of so many bytes. */
  dataBytes?: number;
  /** An attendance event stands in the middle of each chunk. */
  isEventInChunk?: boolean;
  /** So many records more or less than there are. */
  countOff?: number;
  /** Command codes that are not answered at all. */
  mute?: ReadonlySet<number>;
  /** Command codes that are answered with another code. */
  refuse?: ReadonlyMap<number, number>;
  /** The connection is cut in the middle of this many of the next chunks. */
  cutChunks?: number;
  /** Before each answer stands one to an older request. */
  isStale?: boolean;
  isChecksumWrong?: boolean;
  /** 1003 is answered and nothing happens. */
  isDisableIgnored?: boolean;
  /** What a second client meets. */
  secondClient?: 'share' | 'refuse' | 'kick';
  /** 1504 says less than was asked. */
  isChunkShort?: boolean;
  /** The announced total is larger than what comes. */
  isTotalTooLarge?: boolean;
  /** Bytes behind the total. */
  padBytes?: number;
  /** What happens to datagrams, each by chance, 0 to 1; lost ones in both directions. */
  datagrams?: { readonly loss: number; readonly doubled: number; readonly reordered: number };
  /** Restart drops the line without an answer. */
  isRestartMute?: boolean;
}
