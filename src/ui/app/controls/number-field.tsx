import { ActionIcon, Group, Input, Slider } from '@mantine/core';
import { IconMinus, IconPlus } from '@tabler/icons-react';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { unitSymbol } from '../../../td/unit-symbol.ts';
import { useLanguage, useMessages } from '../language/language.tsx';
import { numberText } from '../values/number-text.ts';
import { type Slider as Range, stepOf } from './control-for.ts';
import classes from './controls.module.css';
import type { FieldProps } from './field.ts';
import { messages } from './messages.ts';
import { numberOfText, stepped, textOfNumber, withoutDust } from './number-of-text.ts';
import { isShortUnit, useFieldFrame } from './use-field-frame.ts';

interface NumberFieldProps extends FieldProps {
  readonly integer: boolean;
  readonly slider?: Range;
}

/** A number typed as text, which stays as it was typed; by arrow keys and, within bounds, by a slider too. */
export function NumberField(props: NumberFieldProps) {
  const { schema, value, integer, slider, busy, change } = props;
  const { language } = useLanguage();
  const frame = useFieldFrame(props);
  const [typed, setTyped] = useState<{ readonly text: string; readonly value: unknown }>();
  const unit = unitSymbol(schema.unit);
  const step = slider?.step ?? stepOf(schema, integer) ?? 1;
  const stepBy = (by: number) => change(stepped(value, by, schema));
  const id = useId();
  return (
    <Input.Wrapper {...frame} id={id} labelProps={{ htmlFor: id }}>
      <div className={classes.number}>
        <Input
          id={id}
          aria-label={props.labelHidden ? props.label : undefined}
          error={props.error !== undefined}
          classNames={{ wrapper: classes.numberInput, input: classes.digits }}
          inputMode={integer ? 'numeric' : 'decimal'}
          autoComplete="off"
          value={typed && Object.is(typed.value, value) ? typed.text : textOfNumber(value, language)}
          onChange={({ currentTarget: { value: text } }) => {
            const next = numberOfText(text, language);
            setTyped({ text, value: next });
            change(next);
          }}
          onKeyDown={byArrows(step, stepBy)}
          aria-busy={busy}
          {...(isShortUnit(unit) && {
            rightSection: <span className={classes.unit}>{unit}</span>,
            rightSectionWidth: `${unit.length + 2}ch`,
          })}
        />
        {slider ? <NumberSlider {...props} slider={slider} /> : null}
        {integer && !slider ? <Steppers {...props} step={step} stepBy={stepBy} /> : null}
      </div>
    </Input.Wrapper>
  );
}

function byArrows(step: number, stepBy: (by: number) => void) {
  return (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    stepBy(event.key === 'ArrowUp' ? step : -step);
  };
}

function Steppers({
  label,
  step,
  stepBy,
}: NumberFieldProps & { readonly step: number; readonly stepBy: (by: number) => void }) {
  const t = useMessages(messages);
  return (
    <Group gap={4} wrap="nowrap" className={classes.steppers}>
      <ActionIcon variant="default" size={36} aria-label={t.less(label)} onClick={() => stepBy(-step)}>
        <IconMinus size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="default" size={36} aria-label={t.more(label)} onClick={() => stepBy(step)}>
        <IconPlus size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}

function NumberSlider({
  label,
  schema,
  value,
  change,
  commit,
  slider: { minimum, maximum, step },
}: NumberFieldProps & { readonly slider: Range }) {
  const { language } = useLanguage();
  const byHand = useRef(false);
  const known = typeof value === 'number';
  return (
    <Slider
      className={classes.slider}
      data-unknown={!known || undefined}
      min={minimum}
      max={maximum}
      step={step}
      value={known ? value : minimum}
      label={(at) => numberText(at, schema, language)}
      thumbLabel={label}
      thumbSize={24}
      thumbProps={{ 'aria-valuetext': known ? numberText(value, schema, language) : '–' }}
      onPointerDownCapture={() => {
        byHand.current = true;
      }}
      onChange={(at) => change(withoutDust(at), byHand.current)}
      onChangeEnd={(at) => {
        // Keys move it step by step: that is not yet the value that is wanted.
        if (byHand.current) commit?.(withoutDust(at));
        byHand.current = false;
      }}
    />
  );
}
