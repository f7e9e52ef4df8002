import type { Registry } from 'prom-client';
import type { Metric, Sample } from '../../contracts/metrics.ts';

/** The metrics of the process, made when they are first asked for: they watch the event loop and the garbage collector from then on. */
let ofProcess: Promise<Registry> | undefined;

/** Milliseconds that a rendering of them serves, however many ask: they are slow to render. */
const freshFor = 1000;
let rendered: { readonly text: Promise<string>; readonly at: number } | undefined;

/** Metrics, and those of the process, in the text format 0.0.4 of Prometheus. */
export async function metricsPage(metrics: readonly Metric[]): Promise<Buffer> {
  // Two servers count the same.
  const byName = Map.groupBy(metrics, ({ name }) => name).values();
  return Buffer.from([...byName].map(metricText).join('') + (await processText()));
}

function processText(): Promise<string> {
  const now = performance.now();
  if (!rendered || now - rendered.at >= freshFor) rendered = { text: renderProcess(), at: now };
  return rendered.text;
}

async function renderProcess(): Promise<string> {
  ofProcess ??= processRegistry();
  return (await ofProcess).metrics();
}

async function processRegistry(): Promise<Registry> {
  // Loaded when needed: it takes a while.
  const { default: prometheus } = await import('prom-client');
  const register = new prometheus.Registry();
  prometheus.collectDefaultMetrics({ register });
  return register;
}

function metricText(metrics: readonly Metric[]): string {
  const [{ name, help, type }] = metrics as readonly [Metric];
  const lines = metrics
    .flatMap(({ samples }) => samples)
    .map((sample) => `${name}${labelText(sample)} ${sample.value}\n`);
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelText({ labels }: Sample): string {
  if (!labels) return '';
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  );
  return `{${pairs.join()}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
