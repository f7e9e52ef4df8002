import type { Call } from './call.ts';
import { coapClient } from './coap-client.ts';
import { curl } from './curl.ts';
import { mosquitto } from './mosquitto.ts';
import { typescript } from './typescript.ts';
import { wot } from './wot.ts';

const makers = { curl, 'coap-client': coapClient, mosquitto, wot, typescript } as const;

/** What a call can be copied as. */
export type SnippetKind = keyof typeof makers;

export interface Snippet {
  readonly kind: SnippetKind;
  readonly text: string;
}

/** The call as each program makes it that can make it. */
export function snippetsOf(call: Call): readonly Snippet[] {
  return (Object.keys(makers) as SnippetKind[]).flatMap((kind) => {
    const text = attempt(() => makers[kind](call));
    return text === undefined ? [] : [{ kind, text }];
  });
}

/** TDs hold templates and addresses that are none. */
function attempt(make: () => string | undefined): string | undefined {
  try {
    const text = make();
    return text?.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
