/** Whether a topic name may be published to: no wildcards, no NUL, nothing that was not UTF-8, at most 65,535 bytes. */
export function isTopicName(topic: string): boolean {
  // MQTT 3.1.1 sections 1.5.3 and 4.7; parsers turn malformed UTF-8 into U+FFFD
  return topic !== '' && !/[+#\0\uFFFD]/.test(topic) && Buffer.byteLength(topic) <= 65_535;
}

/** Whether topics may begin with it: levels with slashes only between them, the first without `$`. */
export function isTopicPrefix(prefix: string): boolean {
  return isTopicName(prefix) && !/^[$/]|\/$/.test(prefix);
}
