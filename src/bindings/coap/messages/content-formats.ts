/** CoAP Content-Formats (IANA, CoRE parameters); `text/plain` is UTF-8. */
const formatOf: ReadonlyMap<string, number> = new Map([
  ['text/plain', 0],
  ['application/cose;cose-type=cose-encrypt0', 16],
  ['application/cose;cose-type=cose-mac0', 17],
  ['application/cose;cose-type=cose-sign1', 18],
  ['image/gif', 21],
  ['image/jpeg', 22],
  ['image/png', 23],
  ['application/link-format', 40],
  ['application/xml', 41],
  ['application/octet-stream', 42],
  ['application/exi', 47],
  ['application/json', 50],
  ['application/json-patch+json', 51],
  ['application/merge-patch+json', 52],
  ['application/cbor', 60],
  ['application/cwt', 61],
  ['application/multipart-core', 62],
  ['application/cbor-seq', 63],
  ['application/cose;cose-type=cose-encrypt', 96],
  ['application/cose;cose-type=cose-mac', 97],
  ['application/cose;cose-type=cose-sign', 98],
  ['application/cose-key', 101],
  ['application/cose-key-set', 102],
  ['application/senml+json', 110],
  ['application/sensml+json', 111],
  ['application/senml+cbor', 112],
  ['application/sensml+cbor', 113],
  ['application/coap-group+json', 256],
  ['application/concise-problem-details+cbor', 257],
  ['application/missing-blocks+cbor-seq', 272],
  ['application/senml+xml', 310],
  ['application/sensml+xml', 311],
  ['application/senml-etch+json', 320],
  ['application/senml-etch+cbor', 322],
  ['application/td+json', 432],
  ['application/tm+json', 433],
  ['application/oscore', 10001],
  ['application/vnd.oma.lwm2m+tlv', 11542],
  ['application/vnd.oma.lwm2m+json', 11543],
  ['application/vnd.oma.lwm2m+cbor', 11544],
  ['text/css', 20000],
  ['image/svg+xml', 30000],
]);
const mediaTypeOf: ReadonlyMap<number, string> = new Map(
  [...formatOf].map(([type, number]) => [number, type]),
);

/** The Content-Format of a media type; parameters that no format has are ignored, but another charset than UTF-8 has none. */
export function contentFormatOf(mediaType: string): number | undefined {
  const known = formatOf.get(mediaType);
  if (known !== undefined) return known;
  const [name = '', ...parameters] = mediaType.toLowerCase().replace(/[\s"]/g, '').split(';');
  const others = parameters.filter((parameter) => !/^(?:charset=utf-?8)?$/.test(parameter));
  if (others.some((parameter) => parameter.startsWith('charset='))) return undefined;
  return formatOf.get([name, ...others].join(';')) ?? formatOf.get(name);
}

/** The media type as which one travels: those without a Content-Format are bytes of no said type. */
export function coapType(mediaType: string): string {
  return contentFormatOf(mediaType) === undefined ? 'application/octet-stream' : mediaType;
}

/** The media type of a Content-Format number. */
export function mediaTypeOfFormat(format: number): string | undefined {
  return mediaTypeOf.get(format);
}
