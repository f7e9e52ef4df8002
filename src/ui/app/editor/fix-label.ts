import type { TdFix } from '../../page-data.ts';
import type { Texts } from './messages.ts';

/** What a fix does, in words for a button. */
export function fixLabel(t: Texts, fix: TdFix): string {
  return { add: t.fixAdd, replace: t.fixReplace, remove: t.fixRemove, insert: t.fixInsert }[fix.do](fix.what);
}
