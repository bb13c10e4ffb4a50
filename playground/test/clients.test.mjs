// The clients that apps use, as they are, against the running program: with the cache identity that the README shows.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';

import { startSen } from './sen.mjs';

const query = /* GraphQL */ `
  query Sections($locale: Locale) {
    section(slug: "tin-tuc", locale: $locale) {
      __typename
      id
      locale
      name
      articles(first: 2) {
        nodes {
          __typename
          id
          locale
          title
        }
      }
    }
  }
`;

let sen;
before(async () => {
  sen = await startSen('http://allowed.localhost:1');
});
after(() => sen?.stop());

test('Apollo Client reads two languages of one section, and keeps them apart', async () => {
  const client = new ApolloClient({
    link: new HttpLink({ uri: `${sen.url}/graphql` }),
    cache: new InMemoryCache({ dataIdFromObject: (o) => o.id && o.locale && `${o.__typename}:${o.id}:${o.locale}` }),
  });
  const read = async (locale) => (await client.query({ query: gql(query), variables: { locale } })).data.section;
  assert.equal((await read('vi')).name, 'Tin tức');
  assert.equal((await read('en')).name, 'News');
  assert.equal((await read('vi')).name, 'Tin tức');
  const kept = Object.keys(client.cache.extract());
  assert.ok(kept.includes('Section:section_tin-tuc:vi') && kept.includes('Section:section_tin-tuc:en'), `the cache has ${kept}`);
});

for (const preferGetMethod of [false, 'within-url-limit']) {
  test(`urql with Graphcache does too, ${preferGetMethod ? 'by GET' : 'by POST'}`, async () => {
    const kinds = ['Article', 'Section'];
    const client = new Client({
      url: `${sen.url}/graphql`,
      preferGetMethod,
      exchanges: [
        cacheExchange({ keys: Object.fromEntries(kinds.map((kind) => [kind, (o) => (o.id && o.locale ? `${o.id}:${o.locale}` : null)])) }),
        fetchExchange,
      ],
    });
    const read = async (locale) => {
      const result = await client.query(query, { locale }).toPromise();
      assert.equal(result.error, undefined);
      return result.data.section;
    };
    assert.equal((await read('vi')).name, 'Tin tức');
    assert.equal((await read('en')).name, 'News');
    assert.equal((await read('vi')).name, 'Tin tức');
    assert.equal((await read('en')).articles.nodes.length, 2);
  });
}

test('what is wrong reaches an app as an error with its code', async () => {
  const client = new Client({ url: `${sen.url}/graphql`, exchanges: [fetchExchange], preferGetMethod: false });
  const result = await client.query('{ articles(first: 101) { totalCount } }', {}).toPromise();
  assert.equal(result.error.graphQLErrors[0].extensions.code, 'BAD_USER_INPUT');
});
