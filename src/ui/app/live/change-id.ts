/** A version 4 UUID; `crypto.randomUUID` is missing where the page came over plain HTTP from another machine. */
export function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const variant = '89ab'[(bytes[8] ?? 0) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** The messageID of a change at a time, milliseconds since 1970: its first 60 free bits hold the microseconds. */
export function changeIdAt(time: number): string {
  const hex = Math.floor(time * 1000)
    .toString(16)
    .padStart(15, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12)}-8000-000000000000`;
}

/** The milliseconds since 1970 that a messageID holds; undefined where it is not that of a change, or of a position among them. */
export function timeOfChangeId(id: unknown): number | undefined {
  if (typeof id !== 'string') return undefined;
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-(?:8000-0{12}|8001-[0-9a-f]{12})$/i.exec(id);
  return match ? Number.parseInt(match.slice(1).join(''), 16) / 1000 : undefined;
}

/** When a message was told, milliseconds since 1970; undefined where it does not say. */
export function timeOfMessage({
  messageID,
  timestamp,
}: {
  readonly messageID?: unknown;
  readonly timestamp?: unknown;
}): number | undefined {
  const time = timeOfChangeId(messageID) ?? Date.parse(typeof timestamp === 'string' ? timestamp : '');
  return Number.isNaN(time) ? undefined : time;
}
