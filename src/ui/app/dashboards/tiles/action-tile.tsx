import { useState } from 'react';
import type { ActionAffordance } from '../../../../contracts/td.ts';
import type { LiveThing } from '../../live/live.ts';
import { ActionRun } from '../../thing/actions/action-run.tsx';
import { InvocationList } from '../../thing/actions/invocation-list.tsx';
import { useInvocations } from '../../thing/actions/use-invocations.ts';

interface ActionTileProps {
  readonly thing: LiveThing;
  readonly name: string;
  readonly action: ActionAffordance;
  readonly title: string;
  readonly active: boolean;
}

/** An action: what starts it, what came of it, and what of it goes on. */
export function ActionTile({ thing, name, action, title, active }: ActionTileProps) {
  const [isOpen, setOpen] = useState(false);
  const { data } = useInvocations(thing, active && action.synchronous === false);
  return (
    <div>
      <ActionRun
        thing={thing}
        name={name}
        action={action}
        title={title}
        isOpen={isOpen}
        open={() => setOpen(true)}
      />
      <InvocationList thing={thing} title={title} action={action} invocations={data?.[name] ?? []} />
    </div>
  );
}
