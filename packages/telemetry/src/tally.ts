import { Counter, type CounterConfiguration, type Histogram, type LabelValues, type Registry } from 'prom-client';

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

/** Numbers of which one wants to know how many stay below which bound. */
export interface Spread {
  observe(value: number): void;
}

interface Observed<Label extends string> {
  readonly labels: LabelValues<Label>;
  /** How many fell between each bound and the one before it; last, those above all of them. */
  readonly counts: number[];
  sum: number;
}

interface HistogramOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
  /** Ascending. */
  readonly buckets: readonly number[];
  readonly registers: readonly Registry[];
}

/** A histogram for the same: it looks like one of prom-client to its registry, which asks for name and values only. */
export class TallyHistogram<Label extends string> {
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #observed: Observed<Label>[] = [];

  constructor({ name, help, buckets, registers }: HistogramOptions<Label>) {
    this.name = name;
    this.help = help;
    this.#bounds = buckets;
    for (const registry of registers) registry.registerMetric(this as unknown as Histogram<Label>);
  }

  /** One for each set of labels: whoever observes keeps it. */
  spread(labels: LabelValues<Label>): Spread {
    const bounds = this.#bounds;
    const observed: Observed<Label> = { labels, counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 };
    this.#observed.push(observed);
    return {
      observe(value) {
        let at = 0;
        while (at < bounds.length && value > (bounds[at] ?? Infinity)) at += 1;
        observed.counts[at] = (observed.counts[at] ?? 0) + 1;
        observed.sum += value;
      },
    };
  }

  get(): Promise<object> {
    const values = this.#observed.flatMap((observed) => this.#valuesOf(observed));
    const { name, help, type, aggregator } = this;
    return Promise.resolve({ name, help, type, aggregator, values });
  }

  #valuesOf({ labels, counts, sum }: Observed<Label>): object[] {
    const count = counts.reduce((all, one) => all + one, 0);
    if (count === 0) return [];
    let below = 0;
    const buckets = [...this.#bounds, '+Inf'].map((le, at) => {
      below += counts[at] ?? 0;
      return { metricName: `${this.name}_bucket`, labels: { le, ...labels }, value: below };
    });
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ];
  }

  reset(): void {
    for (const observed of this.#observed) {
      observed.counts.fill(0);
      observed.sum = 0;
    }
  }
}
