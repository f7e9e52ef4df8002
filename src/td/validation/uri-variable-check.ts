import { isJsonObject, type JsonObject, stringList, textOf } from '../json-object.ts';
import { jsonPointer } from '../json-pointer.ts';
import { variableName } from '../uri-template.ts';
import { affordanceParts, type FormPart, formParts, type Part, parts } from './document-parts.ts';
import { error, type Finding, type Fix, mended, shown } from './finding.ts';

/** The security definitions that put a key into a URI variable, by that variable's name. */
type UriKeys = ReadonlyMap<string, Part & { readonly name: string }>;

/** Variables of URI templates are declared, those of keys are in the URIs and have names of their own. */
export function checkUriVariables(document: JsonObject): readonly Finding[] {
  const keys: UriKeys = new Map(
    parts(document['securityDefinitions'], '/securityDefinitions').flatMap((part) => {
      const { scheme, in: place, name } = part.value;
      return scheme === 'apikey' && place === 'uri' && typeof name === 'string' ? [[name, part]] : [];
    }),
  );
  return [
    ...clashes(document, keys),
    ...formParts(document).flatMap((form) => [
      ...undeclared(form, document, keys),
      ...keysOutsideUri(form, document, keys),
    ]),
  ];
}

function clashes(document: JsonObject, keys: UriKeys): readonly Finding[] {
  const scopes = [{ pointer: '', value: document }, ...affordanceParts(document)];
  const variables = scopes.flatMap(({ value, pointer }) =>
    parts(value['uriVariables'], jsonPointer(pointer, 'uriVariables')),
  );
  return variables
    .filter(({ name }) => keys.has(name))
    .map(({ name, pointer }) => {
      const message = `${shown(name)} is also the variable of the security definition ${shown(keys.get(name)?.name)}.`;
      return error('td-security-uri-variables-distinct', pointer, message, 'Rename one of the two.');
    });
}

function undeclared(
  { affordance, value, pointer }: FormPart,
  document: JsonObject,
  keys: UriKeys,
): readonly Finding[] {
  const maps = [document['uriVariables'], affordance?.value['uriVariables']].filter(isJsonObject);
  return templateVariables(value['href'])
    .filter((name) => !keys.has(name) && !maps.some((map) => isIn(map, name)))
    .map((name) => {
      const message = `The variable ${shown(name)} of the URI template is not declared.`;
      const hint = 'Declare it in "uriVariables" of the affordance or of the Thing.';
      const found = error('td-uriVariables-names', jsonPointer(pointer, 'href'), message, hint);
      return mended(found, declaration(affordance ?? { pointer: '', value: document }, name));
    });
}

function declaration({ pointer, value }: Part, variable: string): Fix {
  const name = variableName(variable);
  const schema = { type: 'string' };
  return isJsonObject(value['uriVariables'])
    ? { do: 'add', pointer: jsonPointer(pointer, 'uriVariables'), name, value: schema }
    : { do: 'add', pointer, name: 'uriVariables', value: { [name]: schema } };
}

function isIn(map: JsonObject, name: string): boolean {
  return Object.hasOwn(map, name) || Object.hasOwn(map, variableName(name));
}

function keysOutsideUri(
  { value, pointer }: FormPart,
  document: JsonObject,
  keys: UriKeys,
): readonly Finding[] {
  const active = stringList(value['security'] ?? document['security']);
  const variables = [...templateVariables(value['href']), ...templateVariables(document['base'])];
  return [...keys]
    .filter(([name, definition]) => active.includes(definition.name) && !variables.includes(name))
    .map(([name, definition]) => {
      const message = `The URI has no variable {${name}} for the key of the security definition ${shown(definition.name)}.`;
      return error(
        'td-security-in-uri-variable',
        jsonPointer(pointer, 'href'),
        message,
        `Put {${name}} into the href.`,
      );
    });
}

/** The names of the variables in a URI template (RFC 6570 section 2.3). */
function templateVariables(template: unknown): readonly string[] {
  return [...textOf(template).matchAll(/\{[+#./;?&]?([^{}]+)\}/g)].flatMap(([, list = '']) =>
    list.split(',').map((variable) => variable.replace(/(\*|:\d+)$/, '')),
  );
}
