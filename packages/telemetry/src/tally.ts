import { Counter, type CounterConfiguration, type LabelValues } from 'prom-client';

/** A plain number that counts. */
export interface Tally {
  inc(by?: number): void;
}

/**
 * A counter for what happens with every request. Its tallies are plain numbers and are added up when somebody looks:
 * prom-client puts the labels together anew at each increment, which costs more than all else that is done about an idle poll's
 * count.
 */
export class TallyCounter<Label extends string> extends Counter<Label> {
  readonly #tallies: { readonly labels: LabelValues<Label>; count: number }[] = [];

  constructor(configuration: CounterConfiguration<Label>) {
    super({
      ...configuration,
      collect() {
        (this as TallyCounter<Label>).#addUp(); // it collects for itself
      },
    });
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

  #addUp(): void {
    for (const tally of this.#tallies) {
      if (tally.count > 0) this.inc(tally.labels, tally.count);
      tally.count = 0;
    }
  }
}
