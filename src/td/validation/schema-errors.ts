import type { ErrorObject } from 'ajv';
import { isJsonObject } from '../json-object.ts';
import { resolvePointer } from '../json-pointer.ts';
import { context11, explainContext } from './context-check.ts';
import { error, type Finding, mended, shown } from './finding.ts';
import { explainLink, explainScheme, explainVersion } from './schema-places.ts';

/**
 * Turns ajv's errors into what a person can act on: the failed branches of one `oneOf` or `anyOf` become one finding at
 * the deepest place that explains them.
 */
export function explainErrors(errors: readonly ErrorObject[], document: unknown): readonly Finding[] {
  const zones = outermost(errors.filter(isChoice).map(({ instancePath }) => instancePath));
  const inZone = (path: string): boolean => zones.some((zone) => isWithin(path, zone));
  return [
    ...byPlace(errors.filter(({ instancePath }) => !inZone(instancePath))).map((same) =>
      explain(same, document),
    ),
    ...zones.flatMap((zone) =>
      explainZone(
        zone,
        errors.filter(({ instancePath }) => isWithin(instancePath, zone)),
        document,
      ),
    ),
  ];
}

/** Places whose branches say little: what is wrong there is told by hand. */
const places: readonly (readonly [RegExp, (value: unknown, pointer: string) => Finding | undefined])[] = [
  [/^\/@context$/, explainContext],
  [/^\/securityDefinitions\/[^/]*$/, explainScheme],
  [/^\/links\/\d+$/, explainLink],
  [/^\/version$/, explainVersion],
];

function explainZone(zone: string, errors: readonly ErrorObject[], document: unknown): readonly Finding[] {
  const special = places.find(([place]) => place.test(zone))?.[1](resolvePointer(document, zone), zone);
  if (special !== undefined) return [special];
  const leaves = errors.filter((one) => !isChoice(one) && !isDiscriminator(one));
  const deepest = leaves.filter(
    ({ instancePath }) =>
      !leaves.some(
        (other) => other.instancePath !== instancePath && isWithin(other.instancePath, instancePath),
      ),
  );
  const told = deepest.length > 0 ? deepest : errors;
  return byPlace(told).map((same) => explain(same, document));
}

/** The member that tells the branches apart: that it has not the value of another branch is no fault. */
function isDiscriminator({ instancePath, keyword }: ErrorObject): boolean {
  return keyword !== 'type' && /\/(scheme|rel)$/.test(instancePath);
}

function isChoice({ keyword }: ErrorObject): boolean {
  return keyword === 'oneOf' || keyword === 'anyOf';
}

function isWithin(path: string, zone: string): boolean {
  return path === zone || path.startsWith(`${zone}/`);
}

function outermost(paths: readonly string[]): readonly string[] {
  const zones: string[] = [];
  for (const path of paths.toSorted()) {
    if (!zones.some((zone) => isWithin(path, zone))) zones.push(path);
  }
  return zones;
}

/** Errors of one value in one group; each missing member is a group of its own. */
function byPlace(errors: readonly ErrorObject[]): readonly (readonly ErrorObject[])[] {
  const place = ({ instancePath, params }: ErrorObject): string =>
    `${instancePath} ${String(params['missingProperty'] ?? '')}`;
  return [...Map.groupBy(errors, place).values()];
}

function explain(errors: readonly ErrorObject[], document: unknown): Finding {
  const [first] = errors as readonly [ErrorObject];
  const pointer = first.instancePath;
  const value = resolvePointer(document, pointer);
  const missing: unknown = first.params['missingProperty'];
  if (typeof missing === 'string') return lacks(pointer, missing, document);
  const allowed = errors.flatMap(allowedValues);
  if (allowed.some((choice) => typeof choice === typeof value)) return notAllowed(pointer, value, allowed);
  const types = [...new Set(errors.flatMap(({ params }) => [params['type'] ?? []].flat().map(String)))];
  if (types.length > 0) {
    const expected = types.join(' or ');
    const message = `${shown(value)} is not of type ${expected}.`;
    return mended(error('schema', pointer, message, `Write a JSON ${expected} here.`), {
      do: 'replace',
      values: types.flatMap((type) => ofType(value, type)),
    });
  }
  const faults = [...new Set(errors.map(({ message }) => message ?? 'is not valid'))].join(', ');
  return error('schema', pointer, `${shown(value)} ${faults}.`, hints[first.keyword] ?? 'Correct the value.');
}

function allowedValues({ params }: ErrorObject): readonly unknown[] {
  if (Array.isArray(params['allowedValues'])) return params['allowedValues'];
  return 'allowedValue' in params ? [params['allowedValue']] : [];
}

function notAllowed(pointer: string, value: unknown, allowed: readonly unknown[]): Finding {
  const choices = [...new Set(allowed)];
  const hint = `Use one of: ${choices.map(String).join(', ')}.`;
  const found = error('schema', pointer, `${shown(value)} is not allowed here.`, hint);
  return mended(found, { do: 'replace', values: choices });
}

/** What was probably meant, as the type that belongs there. */
function ofType(value: unknown, type: string): readonly unknown[] {
  if (type === 'array') return [[value]];
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return [String(value)];
  if (type === 'boolean' && (value === 'true' || value === 'false')) return [value === 'true'];
  const number = type === 'number' || type === 'integer' ? Number(value) : Number.NaN;
  if (typeof value !== 'string' || value.trim() === '' || !Number.isFinite(number)) return [];
  return type === 'integer' && !Number.isInteger(number) ? [] : [number];
}

function lacks(pointer: string, name: string, document: unknown): Finding {
  const where = pointer === '' ? 'The document' : 'The object';
  const message = `${where} has no member ${shown(name)}.`;
  const value = pointer === '' ? firstValue(name, document) : firstValues[name];
  return mended(
    error('schema', pointer, message, `Add ${shown(name)}${whatItIs[name] ?? ''}.`),
    value === undefined ? undefined : { do: 'add', name, value },
  );
}

function firstValue(name: string, document: unknown): unknown {
  const defined = name === 'security' ? resolvePointer(document, '/securityDefinitions') : undefined;
  return (isJsonObject(defined) ? Object.keys(defined)[0] : undefined) ?? firstValues[name];
}

/** What mandatory members may begin with; the author writes the rest. */
const firstValues: Readonly<Record<string, unknown>> = {
  '@context': context11,
  title: 'New Thing',
  security: 'nosec_sc',
  securityDefinitions: { nosec_sc: { scheme: 'nosec' } },
  forms: [{ href: 'https://thing.example/' }],
  href: 'https://thing.example/',
  contentType: 'application/json',
  instance: '1.0.0',
};

/** What the mandatory members are (TD 1.1 section 5.3). */
const whatItIs: Readonly<Record<string, string>> = {
  '@context': ': "https://www.w3.org/2022/wot/td/v1.1" first, where there are several',
  title: ': a name for people',
  security: ': the name of an entry of "securityDefinitions", "nosec_sc" for one with {"scheme": "nosec"}',
  securityDefinitions: ': for instance {"nosec_sc": {"scheme": "nosec"}}',
  forms: ': an array of one or more objects with an "href"',
  href: ': where the request goes',
  op: ': which operation the form is for, for instance "readallproperties"',
  contentType: ': the media type of the response',
  instance: ': the version of this TD, for instance "1.0.0"',
};

const hints: Readonly<Record<string, string>> = {
  minItems: 'Add an entry, or remove the member.',
  minProperties: 'Add an entry, or remove the member.',
  format: 'Write the value in that format.',
  not: 'Remove or replace the value.',
  // TD 1.1 tm-placeholder-value
  propertyNames: 'Use placeholders in values only.',
};
