import { Counter, type CounterConfiguration, type LabelValues } from 'prom-client';

/** A plain number that counts. */
export interface Tally {
  inc(by?: number): void;
}

interface Counted<Label extends string> {
  readonly labels: LabelValues<Label>;
  count: number;
}

/**
 * A counter for what happens with every request. Its tallies are plain numbers and are added up when somebody looks:
 * prom-client puts the labels together anew at each increment, which costs more than all else that is done about an idle poll's
 * count.
 */
export class TallyCounter<Label extends string> extends Counter<Label> {
  readonly #tallies: Counted<Label>[];

  constructor(configuration: CounterConfiguration<Label>) {
    const tallies: Counted<Label>[] = [];
    super({
      ...configuration,
      collect() {
        for (const tally of tallies) {
          if (tally.count > 0) this.inc(tally.labels, tally.count);
          tally.count = 0;
        }
      },
    });
    this.#tallies = tallies;
  }

  /** One for each set of labels: whoever counts keeps it. */
  tally(labels: LabelValues<Label>): Tally {
    const tally = { labels, count: 0 };
    this.#tallies.push(tally);
    return {
      inc(by = 1) {
        tally.count += by;
      },
    };
  }
}
