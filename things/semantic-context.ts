/** The `@context` of the ready-made Things: TD 1.1, SOSA (what observes and acts), SAREF (device kinds), QUDT (units), schema.org (places). */
export const semanticContext = [
  'https://www.w3.org/2022/wot/td/v1.1',
  {
    sosa: 'http://www.w3.org/ns/sosa/',
    saref: 'https://w3id.org/saref#',
    unit: 'http://qudt.org/vocab/unit/',
    schema: 'https://schema.org/',
  },
] as const;
