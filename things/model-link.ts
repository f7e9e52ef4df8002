/** The address of the Thing Model of a kind of ready-made Things; who describes a device of that kind may name it too. */
export function thingModel<const K extends string>(kind: K) {
  return `urn:thingwright:model:${kind}` as const;
}

/** The `links` of a TD of that kind (TD 1.1 section 9.4). */
export function modelLink<const K extends string>(kind: K) {
  return [{ rel: 'type', href: thingModel(kind), type: 'application/tm+json' }] as const;
}
