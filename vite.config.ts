import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('src/ui/app', import.meta.url));
/** The servient behind `npx vite`, the development server of the page. */
const servient = process.env['THINGWRIGHT_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig(({ command }) => ({
  root,
  // Built, all addresses are relative to `<base>`, which the servient fills in.
  base: command === 'build' ? './' : '/app/',
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('dist-page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    // Everything comes from files: the page's policy allows no data: scripts, and inlined assets defeat the cache.
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { index: `${root}/index.html`, elements: `${root}/elements/elements.ts` },
      output: {
        entryFileNames: (chunk) => (chunk.name === 'elements' ? 'elements.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: {
    proxy: {
      '^/(app/api/|\\.well-known/|things|$)': {
        target: servient,
        ws: true,
        changeOrigin: true,
        headers: { origin: servient },
        bypass: ({ headers, url = '' }) => {
          // src/ui/app/api/ has its modules where the servient has its API.
          if (/^\/app\/api\/[\w-]+\.ts/.test(url)) return url;
          return headers.accept?.includes('text/html') && !url.startsWith('/app/api/')
            ? '/app/index.html'
            : undefined;
        },
      },
    },
  },
}));
