import { useMemo } from 'react';
import type { PropertyAffordance } from '../../../contracts/td.ts';
import type { LiveValue } from '../live/live.ts';
import { ValueText } from '../values/property-value.tsx';
import { ChosenControl } from './chosen-control.tsx';
import { controlFor } from './control-for.ts';
import { DataControl } from './data-control.tsx';
import { DraftControl } from './draft-control.tsx';
import { soundSchema } from './sound-schema.ts';

export interface PropertyControlProps {
  /** Read out, not drawn. */
  readonly label: string;
  readonly schema: PropertyAffordance;
  readonly live: LiveValue;
  /** Resolves when the Thing has taken it; rejects with ApiError. */
  write(value: unknown): Promise<void>;
  /** The reader gave up what was refused. */
  dismiss?(): void;
}

/** The control that writes a property, chosen by semantic type, then by DataSchema. Sends on commit alone, changes nothing that was typed. */
export function PropertyControl(props: PropertyControlProps) {
  const schema = useMemo(() => soundSchema(props.schema, { texts: true, deepest: 8 }), [props.schema]);
  const own = { ...props, schema };
  switch (controlFor(schema).as) {
    case 'constant':
      return <ValueText schema={schema} value={schema.const} />;
    case 'switch':
    case 'choices':
      return <ChosenControl {...own} />;
    case 'data':
      return <DataControl {...own} />;
    default:
      return <DraftControl {...own} />;
  }
}
