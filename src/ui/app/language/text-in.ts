import { isJsonObject } from '../../../td/json-object.ts';

/** Something to see: more than spaces, marks of direction and the like. */
const visible = /[^\p{C}\p{Z}]/u;

/** The text of a TD in a language (`titles`), else its default one (`title`); undefined where neither says anything. TDs of strangers may have anything here. */
export function textIn(language: string, texts: unknown, text: unknown): string | undefined {
  const own = isJsonObject(texts) ? texts : {};
  const tag = Object.keys(own).find((candidate) => candidate.toLowerCase().split('-', 1)[0] === language);
  return [tag === undefined ? undefined : own[tag], text].find(
    (each) => typeof each === 'string' && visible.test(each),
  ) as string | undefined;
}
