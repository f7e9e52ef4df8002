/** Whether a topic name may be published to: no wildcards, no NUL, nothing that was not UTF-8, at most 65,535 bytes. */
export function isTopicName(topic: string): boolean {
  // MQTT 3.1.1 sections 1.5.3 and 4.7; parsers turn malformed UTF-8 into U+FFFD
  return topic !== '' && !/[+#\0\uFFFD]/.test(topic) && Buffer.byteLength(topic) <= 65_535;
}

/** Whether a topic filter may be subscribed to (MQTT 3.1.1 section 4.7.1). */
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
