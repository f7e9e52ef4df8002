import { defineConfig } from 'vitest/config';

const conditions = ['thingwright-source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    execArgv: ['--conditions=thingwright-source'],
    coverage: {
      provider: 'v8',
      include: ['src/contracts/**', 'src/td/**', 'src/codec/**', 'src/interaction/**'],
      thresholds: { lines: 95 },
    },
  },
});
