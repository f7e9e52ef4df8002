import { WotError } from '../contracts/errors.ts';
import { affordanceKinds, type ThingDescription } from '../contracts/td.ts';
import { isJsonObject } from '../td/json-object.ts';
import { jsonPointer } from '../td/json-pointer.ts';

/**
 * Refuses what cannot be worked with: `invalid` TD_INVALID with the JSON Pointer of every fault. It asks for less than a
 * valid TD, for Things in the field have faulty ones that work.
 */
export function checkTdShape(td: unknown, where: string): ThingDescription {
  if (Array.isArray(td) && td.every(isJsonObject)) {
    const message = `${where} is a list of Things, no Thing Description; take the address of one of them ("wot ls" prints them).`;
    throw new WotError('invalid', 'TD_INVALID', message, { errors: [{ pointer: '', detail: 'is a list' }] });
  }
  const errors = faultsOf(td).map((pointer) => ({ pointer, detail: 'is missing or of a wrong type' }));
  if (errors.length === 0) return td as ThingDescription;
  const paths = errors.map(({ pointer }) => pointer || 'the whole').join(', ');
  const message = `${where} is no Thing Description that can be consumed: ${paths} is missing or of a wrong type; correct it ("wot validate" tells more).`;
  throw new WotError('invalid', 'TD_INVALID', message, { errors });
}

function faultsOf(td: unknown): readonly string[] {
  if (!isJsonObject(td)) return [''];
  const faults = typeof td['title'] === 'string' ? [] : ['/title'];
  if (td['base'] !== undefined && typeof td['base'] !== 'string') faults.push('/base');
  faults.push(...formFaults(td['forms'], ''));
  for (const kind of affordanceKinds) faults.push(...affordanceFaults(td[kind], `/${kind}`));
  return faults;
}

function affordanceFaults(affordances: unknown, path: string): readonly string[] {
  if (affordances === undefined) return [];
  if (!isJsonObject(affordances)) return [path];
  return Object.entries(affordances).flatMap(([name, affordance]) => {
    const pointer = jsonPointer(path, name);
    return isJsonObject(affordance) ? formFaults(affordance['forms'], pointer) : [pointer];
  });
}

function formFaults(forms: unknown, path: string): readonly string[] {
  if (forms === undefined) return [];
  if (!Array.isArray(forms)) return [`${path}/forms`];
  return forms.flatMap((form, index) => {
    if (!isJsonObject(form)) return [`${path}/forms/${index}`];
    const { href, op = [], contentType = '' } = form;
    const ops = Array.isArray(op) ? op : [op];
    const faults = {
      href: typeof href === 'string',
      op: ops.every(isText),
      contentType: isText(contentType),
    };
    return Object.entries(faults).flatMap(([member, fits]) =>
      fits ? [] : [`${path}/forms/${index}/${member}`],
    );
  });
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
