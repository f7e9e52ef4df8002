import type { Metric, Sample } from '../../contracts/metrics.ts';

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
    return [
      {
        name: 'thingwright_http_requests_total',
        help: 'HTTP requests that were answered.',
        type: 'counter',
        samples: [...this.#answers].flatMap(([method, answers]) =>
          samplesOf(answers, (status) => ({ ...labels, method, status })),
        ),
      },
      {
        name: 'thingwright_http_request_duration_seconds_total',
        help: 'Time that answering HTTP requests took.',
        type: 'counter',
        samples: [{ labels, value: this.#milliseconds / 1000 }],
      },
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
