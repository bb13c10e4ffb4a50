// Builds the page at /playground into internal/web/playground, where the Go program embeds it.
//
// The result is committed, so that nobody needs Node to run Sen. CI builds it again and compares, so the same lock
// file must give the same bytes: no times, no paths of the machine, no names with hashes.
//
// Why GraphiQL 4 and not 5: version 5 uses Monaco instead of CodeMirror, and needs web workers. Built the same way,
// 4.1.2 has 453 kB with gzip; 5.4.0 has 1,400 kB, of which the editor is 730 kB and its workers 390 kB. The limit of
// the page is 800 kB.

import { gzipSync } from 'node:zlib';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'internal', 'web', 'playground');

// The content security policy of the page forbids style elements that scripts make. Two packages need a replacement.
const forStrictPolicy = {
  name: 'for-strict-policy',
  setup(build) {
    // Dialogs and menus stop the page from scrolling with a style element; our replacement uses a constructed style
    // sheet.
    build.onResolve({ filter: /^react-style-singleton$/ }, () => ({ path: join(here, 'src', 'style-singleton.js') }));
    // GraphiQL's stylesheet contains 350 kB of fonts as data URLs, which the policy forbids. src/playground.css uses
    // system fonts.
    build.onLoad({ filter: /graphiql[/\\]dist[/\\]style\.css$/ }, async ({ path }) => {
      const css = await readFile(path, 'utf8');
      return { contents: css.replace(/@font-face\s*\{[^}]*\}/g, ''), loader: 'css' };
    });
  },
};

// The queries of ./queries as the module `sen:tabs`: GraphiQL's default tabs, in the order of the file names.
const tabs = {
  name: 'tabs',
  setup(build) {
    const folder = join(here, 'queries');
    build.onResolve({ filter: /^sen:tabs$/ }, ({ path }) => ({ path, namespace: 'tabs' }));
    build.onLoad({ filter: /.*/, namespace: 'tabs' }, async () => {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
      const queries = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
      for (const [i, query] of queries.entries()) {
        if (!query.startsWith('# ')) throw new Error(`${names[i]}: its first line has to say in a comment what it is for`);
      }
      // The variables of NAME.graphql are in NAME.json, if it has any.
      const all = await readdir(folder);
      const variables = await Promise.all(names.map((name) => name.replace('.graphql', '.json')).map((name) => (all.includes(name) ? readFile(join(folder, name), 'utf8') : undefined)));
      return { contents: JSON.stringify(queries.map((query, i) => ({ query: query.trimEnd() + '\n', variables: variables[i]?.trimEnd() }))), loader: 'json' };
    });
  },
};

const result = await build({
  absWorkingDir: here,
  entryPoints: { playground: 'src/playground.js' },
  outdir: out,
  bundle: true,
  minify: true,
  keepNames: true, // GraphiQL makes the titles of its icons from function names.
  write: false,
  metafile: true,
  format: 'iife',
  target: 'es2022',
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'none', // licenses.txt contains the full licenses
  charset: 'utf8',
  logLevel: 'warning',
  plugins: [forStrictPolicy, tabs],
});

// All packages in the bundle, with their licenses: most licenses require that they are included.
async function licences(inputs) {
  const roots = new Set();
  for (const input of inputs) {
    const match = input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
    if (match) roots.add(match[1]);
  }
  const parts = ['The page of the playground contains the following packages.\n'];
  for (const root of [...roots].sort()) {
    const folder = join(here, root);
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const file = (await readdir(folder)).sort().find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n').trim() : 'The package has no licence file.';
    parts.push(`${name} ${version} (${license})\n\n${text}\n`);
  }
  return parts.join('\n' + '-'.repeat(78) + '\n\n');
}

const files = new Map(result.outputFiles.map((file) => [relative(out, file.path), file.contents]));
files.set('index.html', await readFile(join(here, 'src', 'index.html')));
files.set('licenses.txt', Buffer.from(await licences(Object.keys(result.metafile.inputs))));

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
let sum = 0;
for (const [name, contents] of [...files].sort()) {
  await writeFile(join(out, name), contents);
  const size = gzipSync(contents, { level: 6 }).length;
  if (name !== 'licenses.txt') sum += size;
  console.log(`${name.padEnd(16)} ${String(contents.length).padStart(9)} bytes ${String(size).padStart(8)} by gzip`);
}
console.log(`the page over the wire: ${sum} bytes`);
if (sum > 800_000) {
  console.error('The page may weigh 800,000 bytes over the wire.');
  process.exit(1);
}
