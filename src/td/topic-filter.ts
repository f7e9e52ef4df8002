/** Whether an MQTT topic filter may be subscribed to (MQTT 3.1.1 section 4.7.1). */
export function isTopicFilter(filter: string): boolean {
  if (filter === '' || /[\0\uFFFD]/.test(filter) || Buffer.byteLength(filter) > 65_535) return false;
  const levels = filter.split('/');
  return levels.every(
    (level, index) => !/[+#]/.test(level) || level === '+' || (level === '#' && index === levels.length - 1),
  );
}

/** Whether a topic name matches a filter; wildcards do not match a first level that begins with `$` (section 4.7.2). */
export function matchesFilter(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  const open = wanted.at(-1) === '#';
  if (open) wanted.pop();
  if (open ? levels.length < wanted.length : levels.length !== wanted.length) return false;
  return wanted.every((level, index) => level === '+' || level === levels[index]);
}

/** Longer patterns are slow to make, and at some length refused. */
const longestPattern = 1000;

/** What the topic names that match a filter look like, for many names. */
export function filterPattern(filter: string): Pick<RegExp, 'test'> {
  if (filter.length > longestPattern) return { test: (topic) => matchesFilter(filter, topic) };
  const levels = filter.split('/').map((level) => (level === '+' ? '[^/]*' : escaped(level)));
  const isOpen = filter.endsWith('#');
  if (isOpen) levels.pop();
  const end = isOpen ? '(?:/|$)' : '$';
  const below = levels.length === 0 ? '' : levels.join('/') + end;
  return new RegExp(`^${/^[+#]/.test(filter) ? '(?!\\$)' : ''}${below}`, 's');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
