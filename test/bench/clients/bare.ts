import { Agent } from 'undici';
import { runClient } from './client.ts';

/** undici and JSON.parse. */
const requested = async (url: string) => {
  const agent = new Agent();
  const { origin, pathname } = new URL(url);
  return async () => {
    const { body } = await agent.request({ origin, path: pathname, method: 'GET' });
    return JSON.parse(await body.text());
  };
};

runClient({ 'client-request': requested, 'client-consume': requested });
