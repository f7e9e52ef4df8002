import { thingModel } from '../../../things/model-link.ts';

/** The Things of a model, as a tile means them. */
export function ofModel(model: string) {
  return { thing: { model: thingModel(model) } };
}

/** A title in English and German. */
export function titled(en: string, de: string) {
  return { title: en, titles: { en, de } };
}

/** A description in both. */
export function described(en: string, de: string) {
  return { description: en, descriptions: { en, de } };
}

/** The text of a tile in both. */
export function saying(en: string, de: string) {
  return { text: en, texts: { en, de } };
}
