import type { PropertyAffordance } from '../../../contracts/td.ts';
import type { ApiError } from '../api/api-error.ts';
import { sparklinePath } from '../charts/sparkline-path.ts';
import { extremes } from '../charts/trend-range.ts';
import type { Language } from '../language/language.tsx';
import type { Connection, LiveValue } from '../live/live.ts';
import type { LiveProperty } from '../live/live-property.ts';
import { isUnsettled } from '../live/problems.ts';
import type { Readable } from '../live/store.ts';
import { ageText } from '../values/age-text.ts';
import { titleOf, valueText } from './element-texts.ts';
import { makeElement } from './make-element.ts';
import { messages } from './messages.ts';
import { propertyControl } from './property-control.ts';

export interface ViewOptions {
  readonly property: LiveProperty;
  readonly connection: Readable<Connection>;
  readonly name: string;
  readonly schema: PropertyAffordance;
  readonly language: Language;
  readonly control: boolean;
  readonly trend: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const box = { width: 240, height: 36 };
const svg = 'http://www.w3.org/2000/svg';

/** A property with its title, value, state and, where asked for, control and trend, kept up to date. */
export function propertyView(options: ViewOptions): HTMLElement {
  const { property, name, schema, language } = options;
  const title = titleOf(schema, name, language);
  const value = makeElement('span', { part: 'value', dir: 'auto' });
  const state = makeElement('span', { part: 'state' });
  const view = makeElement('div', { part: 'property', role: 'group', 'aria-label': title }, [
    makeElement('span', { part: 'title', text: title, dir: 'auto', title }),
    value,
  ]);
  let refused: string | undefined;
  const show = () => {
    const live = property.value.get();
    view.dataset['state'] = refused === undefined ? live.state : 'rejected';
    value.textContent = live.at === undefined ? '–' : valueText(schema, live.value, language);
    value.title = value.textContent;
    state.textContent = refused ?? stateText(live, options);
    control?.show(live);
  };
  const refuse = (problem: string | undefined) => {
    refused = problem;
    show();
  };
  const write = (wanted: unknown) => void property.write(wanted).catch((_: ApiError) => {}); // the value says why
  const control = options.control ? propertyControl({ schema, title, language, write, refuse }) : undefined;
  if (control) view.append(control.element);
  view.append(state);
  if (options.trend) view.append(trendLine(options));
  follow(options, show);
  show();
  return view;
}

/** Shows what comes, and the age every second. */
function follow({ property, schema, signal }: ViewOptions, show: () => void): void {
  const seconds = setInterval(() => document.hidden || show(), 1000);
  const ends = [
    property.watch({ observable: schema.observable === true, readable: schema.writeOnly !== true }),
    property.value.listen(show),
    () => clearInterval(seconds),
  ];
  signal.addEventListener('abort', () => ends.forEach((end) => void end()));
}

function stateText(live: LiveValue, { schema, language, connection }: ViewOptions): string {
  const t = messages[language];
  const { state, at, requested, problem } = live;
  const age = at === undefined ? '' : ageText(at, Date.now(), language);
  const why = problem?.detail ?? problem?.title ?? '';
  switch (state) {
    case 'pending':
      return t.pending(valueText(schema, requested, language));
    case 'rejected':
      return (problem && isUnsettled(problem) ? t.unsettled : t.rejected)(
        valueText(schema, requested, language),
        why,
      );
    case 'unreachable':
      return t.unreachable(why);
    case 'unknown':
      return connection.get().retryAt === undefined ? t.unknown : t.notConnected;
    default:
      return state === 'stale' ? `${t.stale} · ${age}` : age;
  }
}

function trendLine({ property, schema, language, signal }: ViewOptions): SVGSVGElement {
  const line = document.createElementNS(svg, 'svg');
  const path = document.createElementNS(svg, 'path');
  line.setAttribute('part', 'trend');
  line.setAttribute('role', 'img');
  line.setAttribute('viewBox', `0 0 ${box.width} ${box.height}`);
  line.setAttribute('preserveAspectRatio', 'none');
  line.append(path);
  const show = () => {
    const trend = property.trend.get();
    path.setAttribute('d', sparklinePath(trend, box));
    const [low = '–', high = '–'] = extremes(trend)?.map((value) => valueText(schema, value, language)) ?? [];
    line.setAttribute('aria-label', messages[language].trend(low, high));
  };
  const ends = [property.watchTrend(), property.trend.listen(show)];
  signal.addEventListener('abort', () => ends.forEach((end) => void end()));
  show();
  return line;
}
