/** JSON values as TDs and payloads carry them; binary payloads (application/octet-stream) are Uint8Array. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue };

export type DataType = 'boolean' | 'integer' | 'number' | 'string' | 'object' | 'array' | 'null';

/** A text per BCP 47 language tag (TD 1.1 section 5.3.1.6). */
export type MultiLanguage = { readonly [languageTag: string]: string };

/** The data a value must fit (TD 1.1 section 5.3.2). */
export interface DataSchema {
  readonly '@type'?: string | readonly string[];
  readonly title?: string;
  readonly titles?: MultiLanguage;
  readonly description?: string;
  readonly descriptions?: MultiLanguage;
  readonly type?: DataType;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly unit?: string;
  readonly oneOf?: readonly DataSchema[];
  readonly enum?: readonly unknown[];
  readonly readOnly?: boolean;
  readonly writeOnly?: boolean;
  readonly format?: string;
  readonly items?: DataSchema | readonly DataSchema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly properties?: { readonly [name: string]: DataSchema };
  readonly required?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly contentEncoding?: string;
  readonly contentMediaType?: string;
  readonly [extension: string]: unknown;
}

/** The operation types of TD 1.1 section 5.3.4.2 (table 27). */
export type Op =
  | 'readproperty'
  | 'writeproperty'
  | 'observeproperty'
  | 'unobserveproperty'
  | 'invokeaction'
  | 'queryaction'
  | 'cancelaction'
  | 'subscribeevent'
  | 'unsubscribeevent'
  | 'readallproperties'
  | 'writeallproperties'
  | 'readmultipleproperties'
  | 'writemultipleproperties'
  | 'observeallproperties'
  | 'unobserveallproperties'
  | 'queryallactions'
  | 'subscribeallevents'
  | 'unsubscribeallevents';

/** A form that has no address yet, as in a Thing Model (TD 1.1 section 9.3): what an author says of payloads, e.g. `{ contentType: 'image/png' }`. */
export interface PartialForm {
  readonly href?: string;
  readonly op?: string | readonly string[];
  readonly contentType?: string;
  readonly contentCoding?: string;
  readonly subprotocol?: string;
  readonly security?: string | readonly string[];
  readonly scopes?: string | readonly string[];
  readonly response?: { readonly contentType: string };
  readonly additionalResponses?: unknown;
  readonly [extension: string]: unknown;
}

/** How to send one operation (TD 1.1 section 5.3.4.2); protocol vocabularies (htv:, cov:, mqv:, tw:) are extension members. */
export interface Form extends PartialForm {
  readonly href: string;
}

/** TD 1.1 section 5.3.4.1. */
export interface Link {
  readonly href: string;
  readonly rel?: string;
  readonly type?: string;
  readonly anchor?: string;
  readonly sizes?: string;
  readonly hreflang?: string | readonly string[];
  readonly [extension: string]: unknown;
}

/** TD 1.1 section 5.3.3; each scheme has members of its own. */
export interface SecurityScheme {
  readonly scheme: string;
  readonly [member: string]: unknown;
}

interface Affordance {
  readonly '@type'?: string | readonly string[];
  readonly title?: string;
  readonly titles?: MultiLanguage;
  readonly description?: string;
  readonly descriptions?: MultiLanguage;
  readonly uriVariables?: { readonly [name: string]: DataSchema };
  /** In a definition the first one with a content type tells what its payloads are; JSON and CBOR otherwise. */
  readonly forms?: readonly PartialForm[];
}

/** TD 1.1 section 5.3.1.3; forms are absent until the Thing is exposed. */
export interface PropertyAffordance extends Affordance, DataSchema {
  readonly title?: string;
  readonly titles?: MultiLanguage;
  readonly description?: string;
  readonly descriptions?: MultiLanguage;
  readonly '@type'?: string | readonly string[];
  readonly observable?: boolean;
}

/** TD 1.1 section 5.3.1.4. */
export interface ActionAffordance extends Affordance {
  readonly input?: DataSchema;
  readonly output?: DataSchema;
  readonly safe?: boolean;
  readonly idempotent?: boolean;
  readonly synchronous?: boolean;
  readonly [extension: string]: unknown;
}

/** TD 1.1 section 5.3.1.5. */
export interface EventAffordance extends Affordance {
  readonly subscription?: DataSchema;
  readonly data?: DataSchema;
  readonly dataResponse?: DataSchema;
  readonly cancellation?: DataSchema;
  readonly [extension: string]: unknown;
}

/** A TD without what a servient adds (forms, security, id): what a Thing is defined with (a Partial TD of the Scripting API). */
export interface PartialTd {
  readonly '@context'?: unknown;
  readonly '@type'?: string | readonly string[];
  readonly id?: string;
  readonly title: string;
  readonly titles?: MultiLanguage;
  readonly description?: string;
  readonly descriptions?: MultiLanguage;
  readonly version?: {
    readonly instance?: string;
    readonly model?: string;
    readonly [extension: string]: unknown;
  };
  readonly created?: string;
  readonly modified?: string;
  readonly support?: string;
  readonly base?: string;
  readonly properties?: { readonly [name: string]: PropertyAffordance };
  readonly actions?: { readonly [name: string]: ActionAffordance };
  readonly events?: { readonly [name: string]: EventAffordance };
  readonly links?: readonly Link[];
  readonly forms?: readonly Form[];
  readonly schemaDefinitions?: { readonly [name: string]: DataSchema };
  readonly uriVariables?: { readonly [name: string]: DataSchema };
  readonly security?: string | readonly string[];
  readonly securityDefinitions?: { readonly [name: string]: SecurityScheme };
  readonly profile?: string | readonly string[];
  readonly [extension: string]: unknown;
}

/** Affordances whose forms have addresses. */
interface ServedProperty extends PropertyAffordance {
  readonly forms?: readonly Form[];
}
interface ServedAction extends ActionAffordance {
  readonly forms?: readonly Form[];
}
interface ServedEvent extends EventAffordance {
  readonly forms?: readonly Form[];
}

/** A Thing Description (TD 1.1 section 5.3.1.1). */
export interface ThingDescription extends PartialTd {
  readonly properties?: { readonly [name: string]: ServedProperty };
  readonly actions?: { readonly [name: string]: ServedAction };
  readonly events?: { readonly [name: string]: ServedEvent };
  readonly '@context': unknown;
  readonly security: string | readonly string[];
  readonly securityDefinitions: { readonly [name: string]: SecurityScheme };
}

/** The three kinds of affordance, as a TD names their members. */
export const affordanceKinds = ['properties', 'actions', 'events'] as const;

export type AffordanceKind = (typeof affordanceKinds)[number];
