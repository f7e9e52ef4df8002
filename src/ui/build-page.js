// Builds the web page into dist-page/: `prepare` runs it at `npm install` and before packing.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../../', import.meta.url));
const out = join(root, 'dist-page');
const compressible = ['.js', '.css', '.html', '.svg', '.json', '.webmanifest'];

/** Says in one line what the user has to do, and leaves the installation whole: only the page is missing. */
function leave(message) {
  process.stderr.write(`The web page was not built: ${message}\n`);
}

async function build() {
  const { build: viteBuild } = await import('vite');
  await viteBuild({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && compressible.includes(extname(entry.name)))
      compress(join(entry.parentPath, entry.name));
  }
}

/** The server sends what is compressed here, once and well. */
function compress(file) {
  const bytes = readFileSync(file);
  writeFileSync(`${file}.br`, brotliCompressSync(bytes));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (!existsSync(join(root, 'node_modules/vite'))) {
  leave('its tools are devDependencies, which this installation leaves out; run `npm install` for it.');
} else if (major < 22 || (major === 22 && minor < 12)) {
  leave(
    `it needs Node.js 22.12 or newer, this is ${process.version}; let \`npm install\` run the install script of the package "node", then run \`npm run page\`.`,
  );
} else {
  await build();
}
