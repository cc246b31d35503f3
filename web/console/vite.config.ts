import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressed } from '../build/compressed.ts';

const OUT = fileURLToPath(new URL('../../dist/console', import.meta.url));

/** The console as static files for the connector: every file from its own host, nothing inline (the connector's CSP). */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react(), compressed(OUT)],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: 'es2022',
    rolldownOptions: {
      output: {
        // `strict-csp.ts` must run before the schemas of other chunks are made.
        strictExecutionOrder: true,
        // A few files instead of forty small ones that a first view asks for one after the other. The tables of telephone
        // numbers are as large as all of React and needed where somebody types one.
        codeSplitting: {
          groups: [
            { name: 'libraries', test: /node_modules\/(?!libphonenumber-js)/, priority: 3 },
            { name: 'kit', test: /\/(contract|web\/kit\/(?!texts\/))/, priority: 2, minShareCount: 2 },
            { name: 'shared', test: /\/web\/console\/(?!texts\/)/, priority: 1, minShareCount: 4 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': { target: 'https://127.0.0.1:8443', secure: false } } },
});
