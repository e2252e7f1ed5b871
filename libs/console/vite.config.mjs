// Builds the page into dist/page, which settings-api serves.
import react from '@vitejs/plugin-react';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Compresses the files once here instead of at each request; settings-api sends the encoding that the browser accepts. Runs after
 * everything else, because chunks are patched until the end.
 */
const compress = {
  name: 'compress',
  writeBundle({ dir }, bundle) {
    for (const name of Object.keys(bundle).filter((file) => /\.(?:js|css)$/.test(file))) {
      const source = readFileSync(join(dir, name));
      writeFileSync(join(dir, `${name}.br`), brotliCompressSync(source));
      writeFileSync(join(dir, `${name}.gz`), gzipSync(source, { level: 9 }));
    }
  },
};

export default defineConfig({
  root: here('.'),
  plugins: [react(), compress],
  resolve: {
    alias: {
      // The sources instead of the build, so that only what the page uses is bundled.
      '@billing-mail/contracts': here('../contracts/src/index.ts'),
      // The rule for addresses and host names is the services' own; these modules provide what it imports from Node.js.
      'node:url': here('src/browser/node-url.ts'),
      'node:net': here('src/browser/node-net.ts'),
    },
  },
  build: {
    outDir: 'dist/page',
    emptyOutDir: true,
    target: 'es2022',
    // The Content-Security-Policy allows files of this origin only, so nothing is put inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
