import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The gateway's own pages as static files for the daemon: every file from its own host, nothing inline (its CSP). */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  publicDir: fileURLToPath(new URL('../console/public', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../../dist/wizard', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: 'es2022',
    rolldownOptions: {
      output: {
        // `strict-csp.ts` must run before the schemas of other chunks are made.
        strictExecutionOrder: true,
        // Few files instead of forty small ones that a first view asks for one after the other.
        codeSplitting: {
          groups: [
            { name: 'libraries', test: /node_modules/, priority: 2 },
            { name: 'kit', test: /\/(contract|web\/kit\/(?!texts\/))/, priority: 1, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': { target: 'https://127.0.0.1:9443', secure: false } } },
});
