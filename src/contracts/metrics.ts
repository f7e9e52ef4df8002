/** One number of a metric. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a part counts or measures, named as Prometheus does: base units, snake case, `_total` for counters. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly Sample[];
}

/** A metric of ours: its name gets `thingwright_` before it. */
export function metric(type: Metric['type'], name: string, help: string, samples: readonly Sample[]): Metric {
  return { name: `thingwright_${name}`, help, type, samples };
}
