// Bundles the code of docs/*.md as an app would, with the files that the running program serves.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const playground = join(root, 'playground');

/** Returns the code block after <!-- recipe: NAME --> in one of the pages of docs. */
export async function recipe(name) {
  const pages = (await readdir(join(root, 'docs'))).filter((file) => file.endsWith('.md'));
  const texts = await Promise.all(pages.map((file) => readFile(join(root, 'docs', file), 'utf8')));
  const found = texts.join('\n').match(new RegExp(`<!-- recipe: ${name} -->\n\`\`\`js\n([^]*?)\n\`\`\``));
  if (!found) throw new Error(`no page in docs has the recipe ${name}`);
  return found[1];
}

/** Downloads the files that the page tells apps to download into a folder. */
export async function fetchFiles(url, folder) {
  const names = ['clients/apollo-possible-types.json', 'clients/apollo-type-policies.json', 'clients/urql-schema.json', 'schema.graphqls'];
  for (const name of names) {
    const response = await fetch(`${url}/${name}`);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    await writeFile(join(folder, name.split('/').at(-1).replace('graphqls', 'graphql')), await response.text());
  }
}

let bundles = 0;

/** Bundles the code in a folder in development mode, and imports it. */
export async function bundled(folder, code, alias = {}) {
  const outfile = join(folder, `bundle-${(bundles += 1)}.mjs`);
  await build({
    stdin: { contents: code, resolveDir: folder, loader: 'js' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['development', 'module'],
    mainFields: ['module', 'main'],
    define: { 'process.env.NODE_ENV': '"development"' },
    alias,
    nodePaths: [join(playground, 'node_modules')],
    // CommonJS packages load Node's own modules with require.
    banner: { js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile));
}

/** Starts to record console messages. The returned function stops that, and returns the messages. */
export function listen() {
  const said = [];
  const before = { warn: console.warn, error: console.error };
  for (const level of Object.keys(before)) console[level] = (...words) => said.push(words.map(String).join(' '));
  return () => {
    Object.assign(console, before);
    return said;
  };
}
