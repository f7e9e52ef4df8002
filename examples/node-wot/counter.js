// A script as it is written for any servient with the W3C Scripting API: `WoT` is a global, nothing is imported.

let count = 0;
let lastChange = new Date(0).toISOString();

WoT.produce({
  title: 'Counter',
  description: 'Counts up and down, and tells of every change.',
  properties: {
    count: { type: 'integer', description: 'The present count', observable: true, readOnly: true },
    lastChange: { type: 'string', format: 'date-time', observable: true, readOnly: true },
    label: { type: 'string', maxLength: 20, observable: true },
    ignored: { type: 'string', description: 'Declared, but nobody handles it' },
  },
  actions: {
    increment: {
      description: 'Counts up by step, else by one; answers the new count.',
      uriVariables: { step: { type: 'integer', minimum: 1, maximum: 250 } },
      output: { type: 'integer' },
    },
    decrement: { output: { type: 'integer' } },
    add: { input: { type: 'integer' }, output: { type: 'integer' } },
    reset: {},
  },
  events: {
    change: { description: 'The count after a change', data: { type: 'integer' } },
    reset: { description: 'The counter was reset' },
  },
})
  .then((thing) => {
    let label = 'visitors';

    async function countTo(value) {
      count = value;
      lastChange = new Date().toISOString();
      thing.emitEvent('change', count);
      await thing.emitPropertyChange('count');
      await thing.emitPropertyChange('lastChange');
      return count;
    }

    thing.setPropertyReadHandler('count', async () => count);
    thing.setPropertyReadHandler('lastChange', async () => lastChange);
    thing.setPropertyReadHandler('label', async () => label);
    thing.setPropertyWriteHandler('label', async (input) => {
      label = await input.value();
      await thing.emitPropertyChange('label');
    });
    thing.setActionHandler('increment', async (_, options) => {
      const step = options?.uriVariables && 'step' in options.uriVariables ? options.uriVariables.step : 1;
      return countTo(count + step);
    });
    thing.setActionHandler('decrement', async () => countTo(count - 1));
    thing.setActionHandler('add', async (input) => countTo(count + (await input.value())));
    thing.setActionHandler('reset', async () => {
      await countTo(0);
      thing.emitEvent('reset');
    });
    return thing.expose();
  })
  .catch((error) => console.error(error));
