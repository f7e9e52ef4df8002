import { defineConfig } from 'vitest/config';

// Not import and default: vitest hands these on to its workers, where CommonJS would then get ES modules.
const conditions = ['thingwright-source', 'node', 'module'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Other processes take their time on two cores.
    expect: { poll: { timeout: 5000 } },
    execArgv: ['--conditions=thingwright-source'],
    coverage: {
      provider: 'v8',
      include: ['src/contracts/**', 'src/td/**', 'src/codec/**', 'src/interaction/**'],
      thresholds: { lines: 95 },
    },
  },
});
