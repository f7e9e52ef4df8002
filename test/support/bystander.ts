import { Agent, request } from 'undici';

const warmUp = 200;
const fewest = 200;

/** A client who has nothing to do with what others do to its servient. */
export interface Bystander {
  /** Reads over and over until the work is done; gives the 99th percentile of its waits in milliseconds. */
  p99While(work?: Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

/** Reads at an address, over one connection that it keeps; a read that fails fails it. */
export async function openBystander(url: string): Promise<Bystander> {
  const dispatcher = new Agent({ connections: 1 });
  const read = async (): Promise<number> => {
    const begun = performance.now();
    const { statusCode, body } = await request(url, { dispatcher });
    await body.dump();
    if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`);
    return performance.now() - begun;
  };
  for (let count = 0; count < warmUp; count++) await read();
  return {
    async p99While(work = Promise.resolve()) {
      const waits: number[] = [];
      let over = false;
      const settled = work.finally(() => {
        over = true;
      });
      while (!over || waits.length < fewest) waits.push(await read());
      await settled;
      return waits.sort((a, b) => a - b)[Math.floor(waits.length * 0.99)] ?? Number.NaN;
    },
    close: () => dispatcher.close(),
  };
}
