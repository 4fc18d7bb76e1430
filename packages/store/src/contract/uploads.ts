import type {
  CommandResult,
  Instant,
  JsonObject,
  LocalTime,
  Pin,
  PhotoKind,
  Punch,
  SerialNumber,
  TemplateKind,
} from '@biolistener/core';

/** Bytes that only the holder of the key can read; the key is outside the store. */
export interface Sealed {
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

export interface StoredUser {
  readonly pin: Pin;
  readonly name?: string;
  readonly privilege?: number;
  readonly group?: string;
  readonly card?: string;
  readonly isEnabled?: boolean;
  readonly secrets?: Sealed;
  readonly extra: JsonObject;
}

/** One record per terminal, PIN, kind, number, index and version; a new digest replaces the old and keeps its history. */
export interface StoredTemplate {
  readonly pin: Pin;
  readonly kind: TemplateKind;
  readonly no: number;
  readonly index: number;
  readonly algorithm: string;
  readonly version: string;
  readonly isValid: boolean;
  /** Undefined: not said. What is known of the same bytes of this person stays; of new bytes it is taken for no. */
  readonly isDuress: boolean | undefined;
  readonly encoding: 'base64' | 'binary';
  readonly size: number;
  /** SHA-256 of the decoded bytes, hex. */
  readonly digest: string;
  readonly sealed: Sealed;
}

export interface StoredPhoto {
  readonly kind: PhotoKind;
  readonly pin: Pin | undefined;
  readonly wallTime: LocalTime | undefined;
  readonly fileName: string;
  readonly size: number;
  readonly digest: string;
  readonly sealed: Sealed;
}

export interface StoredOperation {
  /** Identity for duplicates, 32 hex digits. */
  readonly id: string;
  readonly source: string;
  readonly code: string;
  readonly wallTime: LocalTime | undefined;
  readonly isAlert: boolean;
  readonly details: JsonObject;
}

/** A piece that could not be read. The same bytes from the same terminal are one item with a count. */
export interface ParkedPiece {
  readonly reason: string;
  readonly detail: string;
  readonly table: string;
  readonly digest: string;
  readonly size: number;
  readonly isSensitive: boolean;
  readonly sealed: Sealed;
  /** The request that brought it, without its body: target and brand are enough to decode it again. */
  readonly request: JsonObject;
}

/** Everything that one request brought. Committed as a whole, or not at all. */
export interface Upload {
  readonly correlationId: string;
  readonly serialNumber: SerialNumber;
  readonly brand: string;
  readonly operation: string;
  readonly remoteAddress: string;
  readonly receivedAt: Instant;
  /** Taken again from what was kept before: no contact now, so last contact, last address and clock drift stay as they are. */
  readonly isReplay?: boolean;
  /** The contact is told by `noteContacts` within seconds: a commit of punches alone need not write the terminal's row for it. */
  readonly isContactTold?: boolean;
  /**
   * A lease (`claimLease`) that must still be its owner's when this is committed, else STORE_LEASE_LOST and nothing is stored:
   * whoever was overtaken writes no more. The owner is a name made for one holding, so that it tells holdings apart.
   */
  readonly lease?: { readonly name: string; readonly owner: string };
  readonly punches: readonly Punch[];
  readonly users: readonly StoredUser[];
  readonly templates: readonly StoredTemplate[];
  readonly photos: readonly StoredPhoto[];
  readonly operations: readonly StoredOperation[];
  readonly results: readonly CommandResult[];
  readonly parked: readonly ParkedPiece[];
  /** Merged over the stored profile key by key; `null` forgets a key. */
  readonly profile?: JsonObject;
  readonly stamps?: Readonly<Record<string, string>>;
  readonly clockDriftSeconds?: number;
  readonly transfer?:
    | {
        readonly kind: 'put';
        readonly key: string;
        readonly lastBlock: number;
        readonly bytes: Uint8Array;
        readonly memo: JsonObject;
      }
    | { readonly kind: 'drop'; readonly key: string };
}

export interface CommitReceipt {
  readonly newPunches: number;
  readonly duplicatePunches: number;
  readonly newParked: number;
  /** Pieces of `NOBODY` that were not kept, because the room for them is used up. */
  readonly refusedParked: number;
}

export interface StoredTransfer {
  readonly key: string;
  readonly lastBlock: number;
  readonly bytes: Uint8Array;
  readonly memo: JsonObject;
  readonly touchedAt: Instant;
}

/** A whole request of a terminal that nobody approved: body and headers sealed together. */
export interface QuarantinedRequest {
  readonly serialNumber: SerialNumber;
  readonly brand: string;
  readonly operation: string;
  readonly remoteAddress: string;
  readonly receivedAt: Instant;
  /** SHA-256 of target and body: the same request again is one item with a count. */
  readonly digest: string;
  readonly size: number;
  /** Sealed JSON of the WireInput head plus the body, as `packages/security` packs it. */
  readonly sealed: Sealed;
}

export type QuarantineVerdict = 'kept' | 'known' | 'full';

export interface QuarantinedItem extends QuarantinedRequest {
  readonly id: number;
  readonly count: number;
}

export interface UploadStore {
  /**
   * Commits one upload with an fsync; several callers share one commit.
   * Errors: STORE_UNAVAILABLE (disk full, locked, closed), STORE_PARKED_FULL (it brings a new piece and the terminal's room
   * for them is used up), STORE_TOO_MANY_PENDING (see noteTerminal), STORE_LEASE_LOST: then nothing of it is stored.
   */
  commitUpload(upload: Upload): Promise<CommitReceipt>;
  findTransfer(serialNumber: SerialNumber, key: string): Promise<StoredTransfer | undefined>;
  /** Removes transfers without progress since `before`. */
  dropStaleTransfers(before: Instant): Promise<number>;

  /**
   * `full` when the terminal's share (bytes or items) is used up, or when it is new and no more may wait for approval: then
   * it is not kept, and never acknowledged either.
   */
  quarantine(request: QuarantinedRequest): Promise<QuarantineVerdict>;
  /** Oldest first. */
  listQuarantine(serialNumber: SerialNumber, limit: number): Promise<QuarantinedItem[]>;
  releaseQuarantine(ids: readonly number[]): Promise<void>;
}
