const stored = 'thingwright-wrote';

/** The reader has changed a value, once at least. */
export function noteWrite(): void {
  localStorage.setItem(stored, 'yes');
}

export function hasWritten(): boolean {
  return localStorage.getItem(stored) !== null;
}
