import { defineConfig } from 'vite';

// Names without hashes would be cached for good by browsers: the server says immutable.
export default defineConfig({
  base: './',
  build: {
    outDir: '../resources/console',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    target: 'es2022',
  },
});
