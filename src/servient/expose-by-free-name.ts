import type { ThingDefinition } from '../contracts/definition.ts';
import { WotError } from '../contracts/errors.ts';
import { type ExposedThing, slug } from './exposure.ts';

/** For who cannot know which names are taken: the second `counter` is `counter-2`. */
export async function exposeByFreeName(
  host: { expose(definition: ThingDefinition): Promise<ExposedThing> },
  definition: ThingDefinition,
): Promise<ExposedThing> {
  const wanted = slug(definition.td.title);
  for (let count = 1; ; count++) {
    const options = { ...definition.options, name: count === 1 ? wanted : `${wanted}-${count}` };
    try {
      return await host.expose({ ...definition, options });
    } catch (error) {
      if (!(error instanceof WotError) || error.code !== 'NAME_TAKEN') throw error;
    }
  }
}
