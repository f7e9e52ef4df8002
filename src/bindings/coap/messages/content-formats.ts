const formatOf: ReadonlyMap<string, number> = new Map([
  ['text/plain', 0],
  ['image/gif', 21],
  ['image/jpeg', 22],
  ['image/png', 23],
  ['application/link-format', 40],
  ['application/xml', 41],
  ['application/octet-stream', 42],
  ['application/exi', 47],
  ['application/json', 50],
  ['application/cbor', 60],
  ['application/senml+json', 110],
  ['application/senml+cbor', 112],
  ['application/concise-problem-details+cbor', 257],
  ['application/td+json', 432],
  ['application/tm+json', 433],
  ['text/css', 20000],
  ['image/svg+xml', 30000],
]);
const mediaTypeOf: ReadonlyMap<number, string> = new Map(
  [...formatOf].map(([type, number]) => [number, type]),
);

/** The Content-Format of a media type (IANA CoRE parameters), its parameters ignored. */
export function contentFormatOf(mediaType: string): number | undefined {
  return formatOf.get((mediaType.split(';', 1)[0] as string).trim().toLowerCase());
}

/** The media type as which one travels: those without a Content-Format are bytes of no said type. */
export function coapType(mediaType: string): string {
  return contentFormatOf(mediaType) === undefined ? 'application/octet-stream' : mediaType;
}

/** The media type of a Content-Format number. */
export function mediaTypeOfFormat(format: number): string | undefined {
  return mediaTypeOf.get(format);
}
