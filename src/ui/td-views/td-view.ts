import { openApi } from '../../bindings/http/openapi/openapi.ts';
import { thingTypes } from '../../consumer/codegen/thing-types.ts';
import { WotError } from '../../contracts/errors.ts';
import type { ThingDescription } from '../../contracts/td.ts';
import { withDefaults, withoutDefaults } from '../../td/default-values.ts';
import { isJsonObject, type JsonObject } from '../../td/json-object.ts';
import { validateTd } from '../../td/validate.ts';
import { readJsonText } from '../../td/validation/json-text.ts';
import type { TdView, TdViewName } from '../page-data.ts';

/** The views that there are. */
export const tdViews: readonly TdViewName[] = ['defaults', 'no-defaults', 'openapi', 'types'];

/** A TD as something else; WotError `invalid` DOCUMENT_INVALID for what is no JSON object, TD_INVALID where the view needs a valid TD. */
export function tdView(text: string, as: TdViewName): TdView {
  return views[as](documentOf(text), text);
}

const views: Readonly<Record<TdViewName, (td: JsonObject, text: string) => TdView>> = {
  defaults: (td) => json(withDefaults(td)),
  'no-defaults': (td) => json(withoutDefaults(td)),
  openapi: (td, text) => json(openApi(validTd(td, text))),
  types: (td) => ({ text: thingTypes(td), language: 'typescript' }),
};

function json(value: unknown): TdView {
  return { text: `${JSON.stringify(value, null, 2)}\n`, language: 'json' };
}

function documentOf(text: string): JsonObject {
  const { value, findings } = readJsonText(text);
  if (isJsonObject(value)) return value;
  const [fault] = findings;
  const why = fault === undefined ? 'It is no JSON object.' : `${fault.message} ${fault.hint}`;
  throw new WotError('invalid', 'DOCUMENT_INVALID', `The text is no Thing Description. ${why}`);
}

function validTd(td: JsonObject, text: string): ThingDescription {
  const { kind, verdict, findings } = validateTd(text);
  if (kind === 'tm') {
    const message = 'A Thing Model has no addresses, so it has no HTTP side; take a Thing Description.';
    throw new WotError('invalid', 'TD_INVALID', message);
  }
  if (verdict !== 'invalid') return td as unknown as ThingDescription;
  const errors = findings
    .filter(({ severity }) => severity === 'error')
    .map(({ pointer, message, hint }) => ({ pointer, detail: `${message} ${hint}` }));
  const message = 'Correct the errors of the Thing Description first.';
  throw new WotError('invalid', 'TD_INVALID', message, { errors });
}
