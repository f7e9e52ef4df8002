import { decodeCbor } from './cbor-decoder.ts';
import { writeCbor } from './cbor-encoder.ts';
import type { Codec } from './codec.ts';
import { encodePlain } from './plain-data.ts';

/** RFC 8428 section 6, table 4. */
const labels: Readonly<Record<string, number>> = {
  bver: -1,
  bn: -2,
  bt: -3,
  bu: -4,
  bv: -5,
  bs: -6,
  n: 0,
  u: 1,
  v: 2,
  vs: 3,
  vb: 4,
  s: 5,
  t: 6,
  ut: 7,
  vd: 8,
};
const names: ReadonlyMap<string, string> = new Map(
  Object.entries(labels).map(([name, label]) => [String(label), name]),
);

/** SenML packs in CBOR: the same values as in JSON, labels are integers and `vd` is bytes on the wire (RFC 8428 section 6). */
export const senmlCbor: Codec = {
  mediaTypes: ['application/senml+cbor'],
  encode: (value) => encodePlain('CBOR', value, (pack) => writeCbor(inRecords(pack, labelled))),
  decode: (bytes, nesting) => inRecords(decodeCbor(bytes, nesting), named),
};

function inRecords(pack: unknown, change: (record: object) => unknown): unknown {
  if (!Array.isArray(pack)) return pack;
  return pack.map((record) => (typeof record === 'object' && record !== null ? change(record) : record));
}

function labelled(record: object): ReadonlyMap<number | string, unknown> {
  return new Map(
    Object.entries(record)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        Object.hasOwn(labels, name) ? (labels[name] as number) : name,
        name === 'vd' && typeof value === 'string' ? Buffer.from(value, 'base64url') : value,
      ]),
  );
}

function named(record: object): object {
  return Object.fromEntries(
    Object.entries(record).map(([label, value]) => [names.get(label) ?? label, value]),
  );
}
