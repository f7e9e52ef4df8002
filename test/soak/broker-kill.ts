import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../src/simulation/seeded-random.ts';
import { brokerKillRun } from './broker-kill-run.ts';

// node --conditions=thingwright-source test/soak/broker-kill.ts [--rounds n] [--seed n]
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
});
const { next: random } = seededRandom(Number(values.seed));
const upTo = (most: number) => 1 + Math.floor(random() * most);
const rounds = Array.from({ length: Number(values.rounds) }, () => ({
  acknowledged: upTo(300),
  delivered: upTo(400),
}));
console.log(`${rounds.length} rounds, each with two kills of the broker`);
const folder = mkdtempSync(join(tmpdir(), 'thingwright-'));
const result = await brokerKillRun(join(folder, 'state.db'), rounds);
rmSync(folder, { recursive: true });
console.table(result);
process.exitCode = result.lost + result.overtaken + result.doubled + result.stale === 0 ? 0 : 1;
