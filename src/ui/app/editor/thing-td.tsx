import { useMemo } from 'react';
import type { ThingDescription } from '../../../contracts/td.ts';
import { at } from '../api/api.ts';
import { type Opened, TdWorkspace } from './td-workspace.tsx';

/** The TD of a Thing: to read, to check, to try changes on, as other documents. */
export function ThingTd({ td, name }: { readonly td: ThingDescription; readonly name: string }) {
  const opened = useMemo(() => openedThing(td, name), [td, name]);
  return <TdWorkspace key={opened.key} opened={opened} />;
}

/** A hosted Thing as a document. */
export function openedThing(td: ThingDescription, name: string): Opened {
  const address = new URL(at(`things/${encodeURIComponent(name)}`), location.href).href;
  return { key: `thing ${name}`, thing: name, address, text: `${JSON.stringify(td, null, 2)}\n` };
}
