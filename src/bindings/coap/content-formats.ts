const formatOf: ReadonlyMap<string, number> = new Map([
  ['text/plain', 0],
  ['application/link-format', 40],
  ['application/octet-stream', 42],
  ['application/json', 50],
  ['application/cbor', 60],
  ['application/senml+json', 110],
  ['application/senml+cbor', 112],
  ['application/concise-problem-details+cbor', 257],
  ['application/td+json', 432],
  ['application/tm+json', 433],
]);
const mediaTypeOf: ReadonlyMap<number, string> = new Map(
  [...formatOf].map(([type, number]) => [number, type]),
);

/** The Content-Format of a media type (IANA CoRE parameters), its parameters ignored. */
export function contentFormatOf(mediaType: string): number | undefined {
  return formatOf.get((mediaType.split(';', 1)[0] as string).trim().toLowerCase());
}

/** The media type of a Content-Format number. */
export function mediaTypeOfFormat(format: number): string | undefined {
  return mediaTypeOf.get(format);
}
