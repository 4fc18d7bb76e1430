import type { Random } from './random.ts';

/** What can go wrong, by name, and when it is drawn. Each has a line in docs/simulators.md. */
export const FAULTS = {
  'lost-reply': 'per upload: the reply arrives and is thrown away, so the terminal sends the same again',
  'lost-request': 'per upload: the connection opens and closes without a byte',
  'hang-up': 'per upload: the whole request is sent and the connection closed before the reply',
  'reset-mid-body': 'per upload: the connection is reset in the middle of the body',
  'slow-body': 'per upload: the body comes a few bytes at a time',
  'wrong-length': 'per upload: Content-Length says more than is sent, or one byte less',
  'half-request': 'per round: a second connection sends half a header, then hangs',
  'silent-connection': 'per round: a second connection says nothing, then closes',
  'reordered-batches': 'per upload: the newest records go before the oldest',
  'power-cycle': 'per upload: power fails between the reply and the note that it was sent',
  'clock-reset': 'per restart: the clock starts again at the year of a dead battery',
  'result-twice': 'per command: the result is posted again later',
  'result-never': 'per command: the result is lost',
  'result-late': 'per command: the result is posted only after three more polls',
  'command-dropped': 'per command: nothing is done and nothing is answered',
  'reboot-mid-command': 'per command: power fails before it is done; it and those behind it are forgotten',
  'mixed-charset': 'per enrolment: the name is GB18030, Latin-1 or a UTF-8 text cut in the middle',
  'big-photo': 'per punch: a photo of 2 MB goes with it',
  'big-template': 'per enrolment: a template of 900 KB goes with it',
  'record-storm': 'EBKN, per punch: the same record is sent five times more after its OK',
  'resend-last-block': 'EBKN, per transfer in blocks: the last block is sent again after its OK',
  'power-cut-mid-transfer': 'EBKN, per transfer in blocks: power fails between two blocks',
} as const;

export type FaultName = keyof typeof FAULTS;
/** Probability of each fault, 0 to 1; what is absent never happens. */
export type FaultRates = Readonly<Partial<Record<FaultName, number>>>;

export const isFaultName = (name: string): name is FaultName => Object.hasOwn(FAULTS, name);

/** Every fault at one rate: what the hostile profile and chaos runs start from. */
export function everyFault(rate: number): FaultRates {
  return Object.fromEntries(Object.keys(FAULTS).map((name) => [name, rate]));
}

/** Draws the faults of one terminal and counts them. */
export class FaultPlan {
  readonly counts = new Map<FaultName, number>();
  rates: FaultRates;
  readonly #random: Random;
  readonly #tell: (name: FaultName) => void;

  constructor(rates: FaultRates, random: Random, tell: (name: FaultName) => void) {
    this.rates = rates;
    this.#random = random;
    this.#tell = tell;
  }

  happens(name: FaultName): boolean {
    if (!this.#random.chance(this.rates[name] ?? 0)) return false;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    this.#tell(name);
    return true;
  }
}
