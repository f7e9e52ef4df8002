import type { PropertyAffordance } from '../../../../contracts/td.ts';
import { unitSymbol } from '../../../../td/unit-symbol.ts';
import { useMessages } from '../../language/language.tsx';
import { messages } from '../messages.ts';
import { factsOf } from './facts-of.ts';
import classes from './property-detail.module.css';

interface SchemaFactsProps {
  readonly name: string;
  readonly property: PropertyAffordance;
}

/** What the TD says of a property and its values. */
export function SchemaFacts({ name, property }: SchemaFactsProps) {
  const t = useMessages(messages);
  const { readOnly, writeOnly, observable, unit } = property;
  const access = readOnly ? t.readOnly : writeOnly ? t.writeOnly : t.readWrite;
  return (
    <dl className={classes.facts}>
      <Fact label={t.name} text={name} />
      <Fact label={t.access} text={`${access}, ${observable ? t.observable : t.notObservable}`} />
      {unit === undefined ? null : <Fact label={t.unit} text={`${unitSymbol(unit)} (${unit})`} />}
      {factsOf(property).map(([label, text]) => (
        <Fact key={label} label={t[label]} text={text} />
      ))}
    </dl>
  );
}

function Fact({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd data-td-text dir="auto">
        {text}
      </dd>
    </div>
  );
}
