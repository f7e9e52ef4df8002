import { type Metric, metric, type Sample } from '../../contracts/metrics.ts';

const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH'] as const;

/** Counts what was answered, by method and class of status. */
export class RequestCounters {
  /** By method; one number each for 1xx to 5xx. */
  readonly #answers = new Map<string, number[]>(
    [...methods, 'other'].map((method) => [method, [0, 0, 0, 0, 0]]),
  );
  #milliseconds = 0;

  /** Of a stream, the time until it began. */
  answered(method: string, status: number, milliseconds: number): void {
    const answers = (this.#answers.get(method) ?? this.#answers.get('other')) as number[];
    const group = Math.floor(status / 100) - 1;
    answers[group] = (answers[group] ?? 0) + 1;
    this.#milliseconds += milliseconds;
  }

  /** `labels` tell this server from others. */
  metrics(labels: Readonly<Record<string, string>>): readonly Metric[] {
    const answers = [...this.#answers].flatMap(([method, counts]) =>
      samplesOf(counts, (status) => ({ ...labels, method, status })),
    );
    const duration = [{ labels, value: this.#milliseconds / 1000 }];
    return [
      metric('counter', 'http_requests_total', 'HTTP requests that were answered.', answers),
      metric(
        'counter',
        'http_request_duration_seconds_total',
        'Time that answering HTTP requests took.',
        duration,
      ),
    ];
  }
}

function samplesOf(
  answers: readonly number[],
  labels: (status: string) => Readonly<Record<string, string>>,
): readonly Sample[] {
  return answers.flatMap((value, index) =>
    value === 0 ? [] : [{ labels: labels(`${index + 1}xx`), value }],
  );
}
