import type { DataSchema } from '../../../contracts/td.ts';
import { sameJson } from '../../../td/same-json.ts';
import { controlFor } from '../controls/control-for.ts';
import { numberOfText, textOfNumber } from '../controls/number-of-text.ts';
import type { Language } from '../language/language.tsx';
import type { LiveValue } from '../live/live.ts';
import { choicesOf } from '../values/choices.ts';
import { valueText } from './element-texts.ts';
import { makeElement } from './make-element.ts';
import { messages } from './messages.ts';

export interface ControlOptions {
  readonly schema: DataSchema;
  readonly title: string;
  readonly language: Language;
  /** Sends a value that was committed. */
  write(value: unknown): void;
  /** What was typed is no value; undefined once it is. */
  refuse(problem: string | undefined): void;
}

export interface Control {
  readonly element: HTMLElement;
  /** Shows what the Thing told, never over what somebody types. */
  show(value: LiveValue): void;
}

/** The control of a DataSchema; undefined where only a form would do. */
export function propertyControl(options: ControlOptions): Control | undefined {
  switch (controlFor(options.schema).as) {
    case 'switch':
      return switchControl(options);
    case 'choices':
      return choiceControl(options);
    case 'number':
    case 'text':
      return inputControl(options);
    default:
      return undefined;
  }
}

/** What the control shows: while it is sent, what was asked for. */
function wanted({ state, value, requested }: LiveValue): unknown {
  return state === 'pending' ? requested : value;
}

function switchControl({ title, write }: ControlOptions): Control {
  const element = makeElement('button', {
    part: 'control',
    role: 'switch',
    type: 'button',
    'aria-label': title,
  });
  element.setAttribute('aria-checked', 'false');
  element.onclick = () => write(element.getAttribute('aria-checked') !== 'true');
  return { element, show: (value) => element.setAttribute('aria-checked', String(wanted(value) === true)) };
}

function choiceControl({ schema, title, language, write }: ControlOptions): Control {
  const choices = choicesOf(schema) ?? [];
  const listed = choices.map(({ value }, index) =>
    makeElement('option', { value: String(index), text: valueText(schema, value, language) }),
  );
  const label = messages[language].set(title);
  // For a value that is none of them.
  const none = makeElement('option', { value: '', hidden: '' });
  const element = makeElement('select', { part: 'control', 'aria-label': label }, [none, ...listed]);
  element.onchange = () => write(choices[Number(element.value)]?.value);
  const show = (live: LiveValue) => {
    const index = choices.findIndex(({ value }) => sameJson(value, wanted(live)));
    element.value = index < 0 ? '' : String(index);
  };
  return { element, show };
}

function inputControl({ schema, title, language, write, refuse }: ControlOptions): Control {
  const isNumber = controlFor(schema).as === 'number';
  const t = messages[language];
  const mode = isNumber ? 'decimal' : 'text';
  const element = makeElement('input', {
    part: 'control',
    type: 'text',
    inputmode: mode,
    'aria-label': t.set(title),
  });
  const textOf = (value: unknown) => (isNumber ? textOfNumber(value, language) : String(value ?? ''));
  /** What was typed stays until it was sent and taken. */
  let typed: 'no' | 'yes' | 'sent' = 'no';
  let told: unknown;
  element.oninput = () => {
    typed = 'yes';
  };
  element.onkeydown = ({ key, isComposing }) => {
    if (key !== 'Escape' || isComposing || typed === 'no') return;
    typed = 'no';
    element.value = textOf(told);
    element.setAttribute('aria-invalid', 'false');
    refuse(undefined);
  };
  element.onchange = () => {
    const value = isNumber ? numberOfText(element.value, language) : element.value;
    const isWrong = isNumber && typeof value !== 'number';
    element.setAttribute('aria-invalid', String(isWrong));
    refuse(isWrong ? t.notANumber : undefined);
    if (isWrong) return;
    typed = 'sent';
    write(value);
  };
  const show = (live: LiveValue) => {
    told = live.value;
    if (typed === 'sent' && live.state === 'rejected') typed = 'yes';
    if (typed === 'yes' || (typed === 'sent' && live.state === 'pending')) return;
    // A new value would take away what somebody has just selected in it.
    if (typed === 'no' && element.value !== '' && element.matches(':focus')) return;
    typed = 'no';
    element.value = textOf(live.value);
  };
  return { element, show };
}
