import httpBinding from '@node-wot/binding-http';
import core from '@node-wot/core';
import { runClient, tdOf } from './client.ts';

const consumed = async (url: string) => {
  const servient = new core.Servient();
  servient.addClientFactory(new httpBinding.HttpClientFactory());
  const wot = await servient.start();
  const thing = await wot.consume(JSON.parse(JSON.stringify(tdOf(url))));
  return async () => (await thing.readProperty('level')).value();
};

runClient({ 'client-request': consumed, 'client-consume': consumed });
