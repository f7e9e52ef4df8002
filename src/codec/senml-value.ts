import { WotError } from '../contracts/errors.ts';
import { essence } from '../contracts/media-type.ts';
import type { DataSchema } from '../contracts/td.ts';
import { resolveSenml, type SenmlFields, type SenmlRecord, secondaryUnitsVersion } from './senml.ts';
import { isSecondaryUnit, senmlUnit } from './senml-units.ts';

/** What makes a value a measurement: the Thing's id, the affordance's name, its DataSchema with type and unit. Without a name it is an object of several. */
export interface Measured {
  readonly thing: string;
  readonly name?: string;
  readonly schema: DataSchema;
}

/** Where a pack comes from. */
interface SenmlReading {
  /** Whether it comes from a Thing that has names of its own, and may tell more than was asked for. */
  readonly foreign?: boolean;
}

/** The media types of SenML packs. */
export const senmlTypes: readonly string[] = ['application/senml+json', 'application/senml+cbor'];

/** Whether payloads of a media type are SenML packs. */
export function isSenml(type: string): boolean {
  return senmlTypes.includes(essence(type));
}

/** A value as a pack of one record, several as one with a record for each number, boolean or text; `time` in seconds since 1970. */
export function senmlPack(
  value: unknown,
  { thing, name, schema }: Measured,
  time?: number,
): readonly SenmlFields[] {
  const values = name === undefined ? Object.entries(value ?? {}) : [[name, value] as const];
  const records: readonly SenmlFields[] = values
    .filter(([, each]) => ['number', 'boolean', 'string'].includes(typeof each))
    .map(([member, each]) => ({
      n: escaped(member),
      ...measurement(each, name === undefined ? (schema.properties?.[member] ?? {}) : schema),
      ...(time !== undefined && { t: time }),
    }));
  const version = records.some(({ u }) => isSecondaryUnit(u)) && { bver: secondaryUnitsVersion };
  return records.map((record, index) =>
    index === 0 ? { ...version, bn: baseName(thing), ...record } : record,
  );
}

function measurement(value: unknown, { unit }: DataSchema): SenmlFields {
  if (typeof value === 'boolean') return { vb: value };
  if (typeof value !== 'number') return { vs: value as string };
  const u = senmlUnit(unit);
  return { ...(u !== undefined && { u }), v: value };
}

/** The value of a pack, or the object of several; WotError `invalid` where it is malformed, has other records or another unit. */
export function senmlValue(pack: unknown, measured: Measured, reading: SenmlReading = {}): unknown {
  const records = resolveSenml(pack);
  if (measured.name === undefined) return valuesIn(records, measured, reading);
  return valueIn(recordOf(records, measured, reading), measured.schema);
}

function valuesIn(records: readonly SenmlRecord[], measured: Measured, reading: SenmlReading): object {
  const memberOf = memberFinder(measured, reading);
  const values = records.flatMap((record) => {
    const member = memberOf(record.n);
    if (member !== undefined) return [[member.name, valueIn(record, member.schema)] as const];
    if (reading.foreign) return [];
    throw unfit(
      `There is no "${record.n.slice(0, 100)}" here; name a property as in "${fullName(measured)}…".`,
    );
  });
  return Object.fromEntries(values);
}

/** A foreign Thing may tell its history, newest last, or have a name of its own for the only record. */
function recordOf(records: readonly SenmlRecord[], measured: Measured, reading: SenmlReading): SenmlRecord {
  const memberOf = memberFinder(measured, reading);
  const fitting = records.filter(({ n }) => n === '' || memberOf(n) !== undefined);
  const only = records.length === 1 ? records[0] : undefined;
  const record = reading.foreign ? (fitting.at(-1) ?? only) : only && fitting[0];
  if (record !== undefined) return record;
  throw unfit(
    `The pack has ${records.length} records; one is wanted, named "${fullName(measured)}" or not at all.`,
  );
}

interface Member {
  readonly name: string;
  readonly schema: DataSchema;
}

/** Finds what a record measures by its whole name or the affordance's own; of a foreign Thing the last part of the name will do. */
function memberFinder(
  { thing, name, schema }: Measured,
  { foreign }: SenmlReading,
): (n: string) => Member | undefined {
  const members = name === undefined ? Object.entries(schema.properties ?? {}) : [[name, schema] as const];
  const known = new Map<string, Member>();
  for (const [each, own] of members) {
    const member = { name: each, schema: own };
    known.set(escaped(each), member).set(baseName(thing) + escaped(each), member);
  }
  return (n) => known.get(n) ?? (foreign ? known.get(n.replace(/^.*[/:]/, '')) : undefined);
}

function fullName({ thing, name = '' }: Measured): string {
  return baseName(thing) + escaped(name);
}

function valueIn({ n, u, v, vs, vb }: SenmlRecord, { unit }: DataSchema): unknown {
  const wanted = senmlUnit(unit);
  if (u !== undefined && wanted !== undefined && u !== wanted && u !== unit) {
    const message = `The record ${JSON.stringify(n.slice(0, 100))} is in ${JSON.stringify(u.slice(0, 40))}; "${wanted}" is wanted.`;
    throw new WotError('invalid', 'SENML_UNIT_MISMATCH', message);
  }
  const value = v ?? vs ?? vb;
  if (value === undefined)
    throw unfit(`The record ${JSON.stringify(n.slice(0, 100))} has neither v nor vs nor vb.`);
  return value;
}

/** What the names of a Thing's measurements begin with. */
function baseName(thing: string): string {
  return `${escaped(thing).replace(/^[^a-z\d]+/i, '') || 'thing'}/`;
}

/** RFC 8428 section 4.5.1: other characters than these become `_hex_`. */
function escaped(text: string): string {
  return text.replace(/[^\w\-:./]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`);
}

function unfit(message: string): WotError {
  return new WotError('invalid', 'SENML_RECORD_UNFIT', message);
}
