/** Has the browser keep a text as a file. */
export function saveFile(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A name for a file: the words of a title that file systems take. */
export function fileName(title: unknown, ending: string): string {
  const words = typeof title === 'string' ? (title.slice(0, 60).match(/[\p{L}\d]+/gu) ?? []) : [];
  return `${words.join('-').toLowerCase() || 'thing'}${ending}`;
}
