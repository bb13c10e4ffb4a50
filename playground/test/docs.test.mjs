// Tests the pages and the code of the documents: docs/examples in a real browser, and the recipes of docs/*.md. The
// recipes for sign-in and uploads are tested in cookies.test.mjs, the settings of caches in caches.test.mjs.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';

import { startBrowser, visitor } from './browser.mjs';
import { bundled, recipe } from './recipes.mjs';
import { startFolder, startSen } from './sen.mjs';

let sen, examples, browser;
before(async () => {
  [sen, examples, browser] = await Promise.all([
    startSen('http://allowed.localhost:1'),
    startFolder(new URL('../../docs/examples/', import.meta.url)),
    startBrowser(),
  ]);
});
after(async () => {
  await browser?.close();
  await Promise.all([sen?.stop(), examples?.stop()]);
});

/** Opens a page of a new visitor. `complaints` collects console messages and exceptions. */
async function visit(t, address) {
  const { page, complaints } = await visitor(t, browser, { locale: 'en' });
  await page.goto(address);
  return { page, complaints };
}

test('the example page shows an article of the sample in both languages', async (t) => {
  const search = new URLSearchParams({ api: sen.url });
  const { page, complaints } = await visit(t, `${examples.url}/article.html?${search}`);
  await page.getByRole('heading', { level: 1 }).getByText('Hội nghị sơ kết').waitFor();
  await page.locator('aside').getByText('Phó Bí thư Tỉnh ủy, Tỉnh ủy Đồng Tháp').waitFor();
  await page.waitForFunction(() => document.images.length === 3 && [...document.images].every((image) => image.naturalWidth > 0));
  await page.getByRole('link', { name: 'EN' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('Conference reviews').waitFor();
  assert.deepEqual(complaints, []);
});

/** Asks the server, and returns the data. */
async function ask(query, variables) {
  const response = await fetch(`${sen.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

/** Returns the module of a recipe, with more code after it. */
async function module(t, name, more = '') {
  const folder = await mkdtemp(join(tmpdir(), 'sen-docs-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return bundled(folder, (await recipe(name)) + more);
}

test('the recipe of paging walks a whole section', async (t) => {
  const { everyArticle } = await module(t, 'paging');
  const { articles } = await ask('{ articles(filter: { section: { slugs: ["tin-tuc"] } }) { totalCount } }');
  const small = (query, variables) => ask(query.replace('first: 100', 'first: 7'), variables);
  for (const by of [ask, small]) {
    const ids = [];
    for await (const { id } of everyArticle(by, 'tin-tuc')) ids.push(id);
    assert.equal(new Set(ids).size, articles.totalCount);
    assert.equal(ids.length, articles.totalCount);
  }
});

/** Records how requests name their document, such as `GET hash`, while a function runs. */
async function requestsOf(run) {
  const before = globalThis.fetch;
  const asked = [];
  globalThis.fetch = (address, options = {}) => {
    const method = options.method ?? 'GET';
    const sent = method === 'GET' ? Object.fromEntries(new URL(address).searchParams) : JSON.parse(options.body);
    asked.push(`${method} ${sent.query ? 'text' : 'hash'}`);
    return before(address, options);
  };
  try {
    await run();
  } finally {
    globalThis.fetch = before;
  }
  return asked;
}

const section = 'query Section($slug: String!) { section(slug: $slug) { __typename id name } }';
const persisting = {
  'apollo-persisted': async (t) => {
    const made = await module(t, 'apollo-persisted', "\nexport { gql, InMemoryCache } from '@apollo/client';");
    const client = made.newClient(`${sen.url}/graphql`, new made.InMemoryCache());
    t.after(() => client.stop());
    const query = made.gql(section.replace('Section(', 'ByApollo('));
    return async () => (await client.query({ query, variables: { slug: 'tin-tuc' }, fetchPolicy: 'network-only' })).data;
  },
  'urql-persisted': async (t) => {
    const { newClient } = await module(t, 'urql-persisted');
    const client = newClient(`${sen.url}/graphql`);
    const query = section.replace('Section(', 'ByUrql(');
    return async () => (await client.query(query, { slug: 'tin-tuc' }, { requestPolicy: 'network-only' }).toPromise()).data;
  },
};

for (const [name, make] of Object.entries(persisting)) {
  test(`the recipe ${name} sends a document's text once, and its hash by GET`, async (t) => {
    const read = await make(t);
    const asked = await requestsOf(async () => {
      for (let i = 0; i < 2; i++) assert.equal((await read()).section.name, 'Tin tức');
    });
    assert.equal(asked[0], 'GET hash');
    assert.match(asked[1], / text$/);
    assert.deepEqual(asked.slice(2), ['GET hash']);
  });
}

test('introspection, as code generators ask for it, gives the schema that is served', async () => {
  const options = { inputValueDeprecation: true, oneOf: true, schemaDescription: true, specifiedByUrl: true };
  const told = buildClientSchema(await ask(getIntrospectionQuery(options)));
  const response = await fetch(`${sen.url}/schema.graphqls`);
  const written = buildSchema(await response.text());
  const print = (schema) => printSchema(lexicographicSortSchema(schema));
  assert.equal(print(told), print(written));
});
