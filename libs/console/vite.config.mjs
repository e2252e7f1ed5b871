// Builds the page into dist/page, which settings-api serves.
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  plugins: [react()],
  resolve: {
    alias: {
      // The sources, so that only what the page uses is bundled.
      '@billing-mail/contracts': here('../contracts/src/index.ts'),
      // The rule for addresses and host names is the services' own; these give it what it takes from Node.
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
