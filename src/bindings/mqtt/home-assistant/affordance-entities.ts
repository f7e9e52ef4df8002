import type { Right } from '../../../contracts/access.ts';
import type {
  ActionAffordance,
  DataSchema,
  EventAffordance,
  JsonValue,
  PropertyAffordance,
} from '../../../contracts/td.ts';
import { declaredContent, invocationContent } from '../../../td/declared-content.ts';
import { controlEntity, type Entity, type Frame, stateEntity } from './entities.ts';
import { inertJson, rendered } from './jinja.ts';

/** Entities of one affordance, by the member of its value they show (empty for all of it); or why there are none. */
export type Offer = readonly (readonly [member: string, entity: Entity, title?: string])[] | string;

/** An affordance as MQTT carries it. */
export interface Outlet {
  readonly name: string;
  readonly topic: string;
  /** Whether Home Assistant gets there. */
  may(right: Right): boolean;
}

const perRequest = 'its uriVariables need values with each request';

/** A property: a control where it can be written, else what shows it; a state needs a retained value. */
export function propertyEntities(property: PropertyAffordance, { name, topic, may }: Outlet): Offer {
  if (property.uriVariables) return perRequest;
  const { input, output } = declaredContent(property);
  if (input !== undefined || output !== undefined) return `its values are ${output ?? input}`;
  const isShown = property.observable === true && property.writeOnly !== true && may('read');
  const state: Readonly<Record<string, string>> = isShown ? { state_topic: topic } : {};
  const control = property.readOnly !== true && may('write') ? controlEntity(property, name) : undefined;
  if (control) return [['', { ...control, ...state, command_topic: `${topic}/set` }]];
  if (!isShown) return 'it is not observable, so that no value of it is retained';
  const whole = stateEntity(property, name);
  if (whole) return [['', { ...whole, ...state }]];
  const members = Object.entries(property.properties ?? {}).flatMap(([member, schema]) => {
    const entity = stateEntity(schema, member, `value_json.get(${inertJson(member)})`);
    return entity ? ([[member, { ...entity, ...state }, schema.title ?? member]] as const) : [];
  });
  return members.length > 0 ? members : nothingFor(property);
}

/** An action: a button where nothing has to be said, a control where one value has to be. */
export function actionEntities(action: ActionAffordance, { name, topic, may }: Outlet): Offer {
  if (action.uriVariables) return perRequest;
  const content = invocationContent(action).input;
  if (content !== undefined) return `its input is ${content}`;
  if (!may('invoke')) return 'nobody may invoke it here';
  const command = { command_topic: `${topic}/invoke` };
  const known = action.input ? givenValue(action.input) : '';
  if (known !== undefined) {
    const payload = action.input ? JSON.stringify(known) : '';
    return [['', { p: 'button', payload_press: payload, ...command }]];
  }
  const control = inputControl(action.input ?? {}, name);
  return control ? [['', { ...control, ...command }]] : nothingFor(action.input ?? {});
}

/** An event: its data are the attributes, under `data` where they are no object. */
export function eventEntities(event: EventAffordance, { name, topic, may }: Outlet): Offer {
  const { output } = declaredContent(event);
  if (output !== undefined) return `its data are ${output}`;
  if (!may('subscribe')) return 'nobody may subscribe to it here';
  const entity = { p: 'event', event_types: [name], state_topic: topic } as const;
  return [['', { ...entity, value_template: eventTemplate(event.data, inertJson(name)) }]];
}

function eventTemplate(data: DataSchema | undefined, type: string): string {
  if (data === undefined) return `{"event_type":${type}}`;
  if (data.type === 'object') return rendered(`dict(value_json, event_type=${type}) | tojson`);
  return `{"event_type":${type},"data":${rendered('value_json | tojson')}}`;
}

/** The input that a schema leaves no choice about, or has a default for. */
function givenValue({ const: only, default: usual, ...schema }: DataSchema): JsonValue | undefined {
  const given = only ?? usual;
  if (given !== undefined) return given as JsonValue;
  if (schema.type !== 'object') return undefined;
  const members = requiredMembers(schema).map(([name, member]) => [name, givenValue(member)] as const);
  return members.every(([, value]) => value !== undefined)
    ? (Object.fromEntries(members) as JsonValue)
    : undefined;
}

/** The control for a scalar, or for the one member of an object that has to be said. */
function inputControl(input: DataSchema, name: string): Entity | undefined {
  if (input.type !== 'object') return controlEntity(input, name, { before: '', after: '' });
  const members = requiredMembers(input);
  const [open, ...others] = members.filter(([, schema]) => givenValue(schema) === undefined);
  if (!open || others.length > 0) return undefined;
  const given = members
    .filter((member) => member !== open)
    .map(([member, schema]) => `${inertJson(member)}:${inertJson(givenValue(schema) ?? null)},`);
  const frame: Frame = { before: `{${given.join('')}${inertJson(open[0])}:`, after: '}' };
  return controlEntity(open[1], open[0], frame);
}

function requiredMembers({
  properties,
  required = [],
}: DataSchema): readonly (readonly [string, DataSchema])[] {
  return required.map((name) => [name, properties?.[name] ?? {}]);
}

function nothingFor({ type }: DataSchema): string {
  return `Home Assistant has no entity for ${type === 'object' ? 'such an object' : (type ?? 'any type')}`;
}
