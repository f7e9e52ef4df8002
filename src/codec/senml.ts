import { malformed } from './codec.ts';

/** One measurement: base fields are resolved, `n` is empty where it has no name, `t` below 2^28 counts from now (RFC 8428 section 4.6). */
export interface SenmlRecord {
  readonly n: string;
  readonly u?: string | undefined;
  readonly v?: number | undefined;
  readonly vs?: string | undefined;
  readonly vb?: boolean | undefined;
  /** base64url. */
  readonly vd?: string | undefined;
  /** The integral of the value over time. */
  readonly s?: number | undefined;
  /** Seconds since 1970. */
  readonly t?: number | undefined;
  /** Seconds until the next record at most. */
  readonly ut?: number | undefined;
}

/** A record as it travels. */
export interface SenmlFields extends Partial<SenmlRecord> {
  readonly bver?: number;
  readonly bn?: string;
  readonly bt?: number;
  readonly bu?: string;
  readonly bv?: number;
  readonly bs?: number;
}

const types: ReadonlyMap<string, 'string' | 'number' | 'boolean'> = new Map([
  ...['bn', 'bu', 'n', 'u', 'vs', 'vd'].map((name) => [name, 'string'] as const),
  ...['bver', 'bt', 'bv', 'bs', 'v', 's', 't', 'ut'].map((name) => [name, 'number'] as const),
  ['vb', 'boolean'],
]);

/** A short pack could else unfold into names without end. */
const longestName = 512;

const usualVersion = 10;
/** RFC 9100 section 4: the usual features, and secondary units. */
export const secondaryUnitsVersion = 26;

/** The records of a pack (RFC 8428 section 4), those with nothing but base fields left out; WotError `invalid` PAYLOAD_MALFORMED. */
export function resolveSenml(pack: unknown): readonly SenmlRecord[] {
  if (!Array.isArray(pack) || pack.length === 0) throw malformed('SenML', 'it is no array of records');
  const base: Base = {};
  return pack.flatMap((record, index) => {
    const fields = fieldsOf(record, index);
    for (const name of baseNames) Object.assign(base, fields[name] !== undefined && { [name]: fields[name] });
    // RFC 8428 section 4.4
    const version = base.bver ?? usualVersion;
    if (version > usualVersion && version !== secondaryUnitsVersion) {
      throw fault(index, `has the version ${version}, which is not known here`);
    }
    return hasContent(fields) ? [resolved(fields, base, index)] : [];
  });
}

type Base = { -readonly [N in (typeof baseNames)[number]]?: NonNullable<SenmlFields[N]> };

const baseNames = ['bver', 'bn', 'bt', 'bu', 'bv', 'bs'] as const;
const valueNames = ['v', 'vs', 'vb', 'vd'] as const;

function hasContent(fields: SenmlFields): boolean {
  return fields.s !== undefined || valueNames.some((name) => fields[name] !== undefined);
}

/** The fields that are known, each of its type; what must be understood is refused, all else ignored. */
function fieldsOf(record: unknown, index: number): SenmlFields {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw fault(index, 'is no object');
  const entries = Object.entries(record).filter(([name, value]) => {
    const type = types.get(name);
    // RFC 8428 section 4.4
    if (type === undefined && name.endsWith('_')) {
      throw fault(
        index,
        `has the field ${JSON.stringify(name.slice(0, 40))}, which must be understood and is not`,
      );
    }
    if (type !== undefined && typeof value !== type) throw fault(index, `needs a ${type} as ${name}`);
    return type !== undefined;
  });
  return Object.fromEntries(entries);
}

function resolved(fields: SenmlFields, base: Base, index: number): SenmlRecord {
  const { n = '', u = base.bu, v, vs, vb, vd, s, t, ut } = fields;
  if (valueNames.filter((name) => fields[name] !== undefined).length > 1) {
    throw fault(index, 'has more than one value');
  }
  const name = (base.bn ?? '') + n;
  if (name.length > longestName) throw fault(index, `has a name of more than ${longestName} characters`);
  if (!/^[\w\-:./]*$/.test(name))
    throw fault(index, 'has a name with other characters than A-Z a-z 0-9 - : . / _');
  const sum = (one: number | undefined, other: number | undefined): number | undefined => {
    const total = (one ?? 0) + (other ?? 0);
    if (!Number.isFinite(total)) throw fault(index, 'is beyond the range of numbers');
    return one === undefined && other === undefined ? undefined : total;
  };
  const own = v === undefined ? undefined : sum(v, base.bv);
  return { n: name, u, v: own, vs, vb, vd, s: sum(s, base.bs), t: sum(t, base.bt), ut };
}

function fault(index: number, what: string) {
  return malformed('SenML', `record ${index + 1} ${what}`);
}
