import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// Both data: fonts ship 7 alphabets and italics; the page needs upright Latin.
function latinFonts(): Plugin {
  return {
    name: 'latin-fonts',
    enforce: 'pre',
    transform(css, id) {
      if (!/@graphiql\/react\/font\/.*\.css/.test(id)) return null;
      return css.replace(/@font-face\s*\{[^}]*\}/g, (face) => {
        const latin = /unicode-range:\s*U\+0(000-00FF|100-024F)/i.test(face);
        return latin && !/font-style:\s*italic/.test(face) ? face : '';
      });
    },
  };
}

// The licences in the bundle ask that their notices travel with the copies.
const bundled = new Set<string>();
function notices(): Plugin {
  return {
    name: 'notices',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const id of Object.keys(chunk.modules)) {
          const folder = /^\0?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1];
          if (folder && existsSync(join(folder, 'package.json'))) bundled.add(folder);
        }
      }
    },
  };
}
function writeNotices(): Plugin {
  return {
    name: 'write-notices',
    generateBundle: {
      order: 'post',
      handler() {
        const byText = new Map<string, string[]>();
        const named = [...bundled].map((folder) => {
          const { name, version, license } = JSON.parse(
            readFileSync(join(folder, 'package.json'), 'utf8'),
          );
          const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
          const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
          return { title: `${name} ${version} (${license})`, text };
        });
        named.sort((a, b) => (a.title < b.title ? -1 : 1));
        for (const { title, text } of named) byText.set(text, [...(byText.get(text) ?? []), title]);
        const source = [...byText].map(([text, titles]) => `${titles.join('\n')}\n\n${text}\n`);
        this.emitFile({
          type: 'asset',
          fileName: 'THIRD_PARTY_NOTICES.txt',
          source: source.join(`\n${'-'.repeat(72)}\n\n`),
        });
      },
    },
  };
}

// Tells of which sources the built page is; tests/docs/test_graphiql_examples.py reckons it again.
function writeSources(): Plugin {
  return {
    name: 'write-sources',
    generateBundle() {
      const hash = createHash('sha256');
      for (const path of sources()) hash.update(`${path}\0`).update(readFileSync(join(here, path)));
      this.emitFile({ type: 'asset', fileName: 'SOURCES.sha256', source: `${hash.digest('hex')}\n` });
    },
  };
}
function sources(): string[] {
  const within = readdirSync(join(here, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(here, join(entry.parentPath, entry.name)));
  const beside = ['index.html', 'package.json', 'package-lock.json', 'tsconfig.json', 'vite.config.ts'];
  return [...beside, ...within].sort();
}

const here = import.meta.dirname ?? dirname(new URL(import.meta.url).pathname);

export default defineConfig({
  // Absolute, because the page is served at /graphiql and at /graphql.
  base: '/graphiql/',
  // app/http/graphiql.py puts each answer's own nonce in its place.
  html: { cspNonce: 'NONCE-OF-THE-ANSWER' },
  plugins: [latinFonts(), react(), notices(), writeNotices(), writeSources()],
  worker: { format: 'es', plugins: () => [notices()] },
  resolve: {
    alias: {
      'monaco-editor/esm/vs/editor/edcore.main.js': resolve(here, 'src/monaco/edcore.js'),
      'prettier/parser-babel': resolve(here, 'src/prettier-jsonc.ts'),
      'prettier/plugins/estree': resolve(here, 'src/prettier-jsonc.ts'),
      'prettier/parser-graphql': 'prettier/plugins/graphql',
    },
  },
  build: {
    outDir: resolve(here, '../../app/static/graphiql'),
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    chunkSizeWarningLimit: 4000,
  },
  server: {
    proxy: {
      '/graphql': { target: 'http://127.0.0.1:8000', ws: true },
    },
  },
});
