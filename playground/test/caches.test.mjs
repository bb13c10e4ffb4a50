// One entry in three copies, in the caches of real clients: with the settings of docs/single-page-apps.md, and in development mode, in
// which clients complain in the console.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { apollo, relay, urql } from './cacheclients.mjs';
import { fetchFiles, listen } from './recipes.mjs';
import { startSen } from './sen.mjs';

const documents = {
  published: /* GraphQL */ `
    query CachesPublishedQuery($id: ID!, $locale: Locale) {
      article(id: $id, locale: $locale) { __typename id cacheKey title status tags { __typename id cacheKey label } body { __typename html } }
    }`,
  draft: /* GraphQL */ `
    query CachesDraftQuery($id: ID!) {
      article(id: $id, stage: DRAFT) { __typename id cacheKey title status editing { __typename updatedBy { __typename id name } } }
    }`,
  history: /* GraphQL */ `
    query CachesHistoryQuery($id: ID!) {
      article(id: $id, stage: DRAFT) {
        __typename id cacheKey
        revisions(first: 3) {
          nodes { __typename version by { __typename id name } content { __typename id cacheKey label ... on Article { title } } }
        }
      }
    }`,
  update: /* GraphQL */ `
    mutation CachesUpdateMutation($id: ID!, $version: Int!, $input: ArticleInput!) {
      updateArticle(id: $id, version: $version, input: $input) {
        article { __typename id cacheKey title status tags { __typename id cacheKey label } body { __typename markdown } }
        userErrors { __typename code message }
      }
    }`,
  // Objects without an identity, read in parts; fragments on an interface; lists that grow and that shrink.
  site: 'query CachesSiteQuery { site { __typename name menus { __typename key items { __typename label } } } }',
  zone: 'query CachesZoneQuery { site { __typename timeZone } }',
  text: 'query CachesTextQuery($id: ID!) { article(id: $id) { __typename id cacheKey body { __typename text } seo { __typename title } } }',
  node: 'query CachesNodeQuery($id: ID!) { node(id: $id) { __typename id ... on Content { cacheKey label slug } } }',
  route: 'query CachesRouteQuery { route(path: "/sections/tin-tuc") { __typename status content { __typename id cacheKey ... on Content { label } } } }',
  pages: /* GraphQL */ `
    query CachesPagesQuery($after: String) {
      articles(first: 2, after: $after, filter: { section: { slugs: ["tin-tuc"] } }, orderBy: PUBLISHED_AT_DESC) {
        __typename
        edges { __typename node { __typename id cacheKey title } }
        pageInfo { __typename hasNextPage endCursor }
      }
    }`,
  count: 'query CachesCountQuery { articles(first: 2, filter: { section: { slugs: ["tin-tuc"] } }, orderBy: PUBLISHED_AT_DESC) { __typename totalCount } }',
};

let sen, headers;

/** Asks the program directly, and returns the data. */
async function ask(query, variables = {}) {
  const response = await fetch(`${sen.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  for (const payload of Object.values(data)) assert.deepEqual(payload?.userErrors ?? [], []);
  return data;
}

before(async () => {
  sen = await startSen('http://allowed.localhost:1');
  const once = sen.said().match(/one-time password (\S+)/)[1];
  const password = 'a password of the tests';
  const { signIn } = await ask('mutation($password: String!) { signIn(login: "admin", password: $password) { token viewer { id } userErrors { message } } }', { password: once });
  headers = { Authorization: `Bearer ${signIn.token}` };
  await ask('mutation($once: String!, $password: String!) { changePassword(password: $once, newPassword: $password) { userErrors { message } } }', { once, password });
  await ask('mutation($id: ID!) { updateAccount(id: $id, input: { name: "An" }) { userErrors { message } } }', { id: signIn.viewer.id });
  sen.admin = signIn.viewer.id;
});
after(() => sen?.stop());

/** Makes an article with the published title "Một", a draft "Hai" by an account that was renamed later, and three revisions. */
async function makeArticle() {
  const rename = (name) => ask('mutation($id: ID!, $name: String!) { updateAccount(id: $id, input: { name: $name }) { userErrors { message } } }', { id: sen.admin, name });
  await rename('An');
  const input = {
    title: [{ text: 'Một' }, { locale: 'en', text: 'One' }],
    body: [{ markdown: 'Nội dung *một*.' }],
    section: 'section_tin-tuc',
    tags: ['tag_cnnttb', 'tag_khuyen-cong'],
  };
  const { createArticle } = await ask('mutation($input: ArticleInput!) { createArticle(input: $input) { article { id } userErrors { code message path } } }', { input });
  const { id } = createArticle.article;
  await ask('mutation($id: ID!) { publish(id: $id, version: 1) { userErrors { message } } }', { id });
  await rename('Bình');
  await ask('mutation($id: ID!, $input: ArticleInput!) { updateArticle(id: $id, version: 2, input: $input) { userErrors { message } } }', { id, input: { title: [{ text: 'Hai' }] } });
  return id;
}

const clients = { 'Apollo Client 3': apollo('apollo-client-3'), 'Apollo Client 4': apollo('@apollo/client'), urql, Relay: relay };

/** Runs a function with a client, and checks that nothing is logged in the console. */
async function quietly(make, settings, use) {
  const folder = await mkdtemp(join(tmpdir(), 'sen-caches-'));
  const said = listen();
  let client;
  try {
    await fetchFiles(sen.url, folder);
    client = await make(folder, sen.url, headers, documents, settings);
    await use(client);
  } finally {
    client?.stop();
    const words = said();
    await rm(folder, { recursive: true, force: true });
    if (settings) sen.warned = words;
    else assert.deepEqual(words, [], 'the console');
  }
}

/** Returns what a page with all copies of an article shows. */
async function openPage(client, id) {
  const published = await client.watch('published', { id, locale: null });
  const english = await client.watch('published', { id, locale: 'en' });
  const draft = await client.watch('draft', { id });
  const history = await client.watch('history', { id });
  return () => ({
    published: published.data.article.title,
    english: english.data.article.title,
    tags: published.data.article.tags.length,
    html: published.data.article.body.html,
    draft: draft.data.article.title,
    by: draft.data.article.editing.updatedBy.name,
    history: history.data.article.revisions.nodes.map(({ version, by, content }) => `${version} ${content.title} (${content.label}) ${by.name}`),
  });
}

const opened = {
  published: 'Một',
  english: 'One',
  tags: 2,
  html: '<p>Nội dung <em>một</em>.</p>',
  draft: 'Hai',
  by: 'Bình',
  history: ['3 Hai (Hai) Bình', '2 Một (Một) An', '1 Một (Một) An'],
};

for (const [name, make] of Object.entries(clients)) {
  test(`${name} shows a draft, the published copy in two languages and three revisions side by side`, async () => {
    const id = await makeArticle();
    await quietly(make, undefined, async (client) => {
      const page = await openPage(client, id);
      assert.deepEqual(page(), { ...opened, html: page().html });
      assert.match(page().html, /một/);
      const { html } = page();
      const asked = client.requests();
      const input = { title: [{ text: 'Ba' }], tags: ['tag_cnnttb'], body: [{ markdown: 'Nội dung ba.' }] };
      const { updateArticle } = await client.change('update', { id, version: 3, input });
      assert.equal(updateArticle.article.title, 'Ba');
      assert.deepEqual(page(), { ...opened, html, draft: 'Ba' }, 'after a change that publishes nothing');
      assert.equal(client.requests(), asked + 1, 'nothing had to be read again');
    });
  });

  test(`${name} reads objects without an identity in parts, fragments on Content, and lists that grow, and says nothing`, async () => {
    const id = await makeArticle();
    await quietly(make, undefined, async (client) => {
      const site = await client.watch('site', {});
      const zone = await client.watch('zone', {});
      assert.equal(zone.data.site.timeZone, 'Asia/Ho_Chi_Minh');
      assert.ok(site.data.site.name && site.data.site.menus.length > 0);
      const published = await client.watch('published', { id, locale: null });
      const text = await client.watch('text', { id });
      assert.match(published.data.article.body.html, /<em>một<\/em>/);
      assert.match(text.data.article.body.text, /một/);
      const node = await client.watch('node', { id: 'tag_cnnttb' });
      assert.equal(node.data.node.slug, 'cnnttb');
      assert.ok(node.data.node.label && node.data.node.cacheKey);
      const route = await client.watch('route', {});
      assert.equal(route.data.route.content.label, 'Tin tức');

      const pages = await client.watch('pages', { after: null });
      const count = await client.watch('count', {});
      const first = pages.data.articles;
      assert.equal(first.edges.length, 2);
      assert.ok(first.pageInfo.hasNextPage && count.data.articles.totalCount > 2);
      if (pages.more) { // Relay's own pagination is in its React hooks
        await pages.more(first.pageInfo.endCursor);
        for (let i = 0; i < 100 && pages.data.articles.edges.length < 4; i++) await new Promise((resolve) => setTimeout(resolve, 20));
        const keys = pages.data.articles.edges.map(({ node }) => node.cacheKey);
        assert.equal(new Set(keys).size, 4, `the list shows ${keys}`);
      }
      assert.equal(published.data.article.tags.length, 2);
      for (const [version, tags] of [[3, ['tag_khuyen-cong', 'tag_cnnttb']], [4, ['tag_cnnttb']], [5, []]]) {
        const changed = await client.change('update', { id, version, input: { tags } });
        assert.equal(changed.updateArticle.article.tags.length, tags.length);
      }
    });
  });
}

// Shows why the settings are needed: without them clients show one copy instead of another, or log warnings.
test('Apollo Client without the settings shows a draft to readers or asks again, and warns', async () => {
  const id = await makeArticle();
  const plain = "import { InMemoryCache } from '@apollo/client'; export const cache = new InMemoryCache();";
  await quietly(clients['Apollo Client 4'], plain, async (client) => {
    const page = await openPage(client, id);
    const asked = client.requests();
    await client.change('update', { id, version: 3, input: { title: [{ text: 'Ba' }] } });
    // It shows the draft until it has noticed that fields are missing, and asks once more.
    const confused = () => page().published !== 'Một' || client.requests() > asked + 1;
    for (let i = 0; i < 100 && !confused(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(confused(), 'it shows the published copy, and asked for the change alone');
  });
  assert.ok(sen.warned.some((words) => words.includes('Cache data may be lost') || words.includes('data may be lost')), `it said ${sen.warned}`);
});

test('urql without the settings warns of objects without a key', async () => {
  const plain = "import { cacheExchange } from '@urql/exchange-graphcache'; export const cache = cacheExchange({});";
  await quietly(urql, plain, async (client) => {
    await client.watch('site', {});
  });
  assert.ok(sen.warned.some((words) => words.includes('Invalid key')), `it said ${sen.warned}`);
});
