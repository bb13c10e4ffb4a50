// Tests usual clients without changes against the running program; caches.test.mjs tests their caches.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';

import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';

import { startSen } from './sen.mjs';

const trusted = 'query Trusted($slug: String!) { section(slug: $slug) { name } }';
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

let sen;
before(async () => {
  sen = await startSen('http://allowed.localhost:1', { [sha256(trusted)]: trusted });
});
after(() => sen?.stop());

test('what is wrong reaches an app as an error with its code', async () => {
  const client = new Client({ url: `${sen.url}/graphql`, exchanges: [fetchExchange], preferGetMethod: false });
  const result = await client.query('{ articles(first: 101) { totalCount } }', {}).toPromise();
  assert.equal(result.error.graphQLErrors[0].extensions.code, 'BAD_USER_INPUT');
});

/** Returns a fetch that records each request: with the text of the document, or without. */
function tapped() {
  const asked = [];
  const tap = (address, options = {}) => {
    const method = options.method ?? 'GET';
    const sent = method === 'GET' ? Object.fromEntries(new URL(address).searchParams) : JSON.parse(options.body);
    asked.push(`${method} ${sent.query ? 'text' : sent.documentId ? 'id' : 'hash'}`);
    return fetch(address, options);
  };
  return { asked, tap };
}

for (const useGETForHashedQueries of [false, true]) {
  test(`Apollo Client persists a document automatically, ${useGETForHashedQueries ? 'by GET' : 'by POST'}`, async () => {
    const { asked, tap } = tapped();
    const link = new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(new HttpLink({ uri: `${sen.url}/graphql`, fetch: tap }));
    const client = new ApolloClient({ link, cache: new InMemoryCache(), defaultOptions: { query: { fetchPolicy: 'no-cache' } } });
    const document = gql(`query Apollo${useGETForHashedQueries}($slug: String!) { section(slug: $slug) { name } }`);
    const read = async () => (await client.query({ query: document, variables: { slug: 'tin-tuc' } })).data.section.name;
    assert.deepEqual([await read(), await read()], ['Tin tức', 'Tin tức']);
    const hashed = useGETForHashedQueries ? 'GET hash' : 'POST hash';
    assert.equal(asked[0], hashed);
    assert.match(asked[1], / text$/);
    assert.deepEqual(asked.slice(2), [hashed]);
  });
}

for (const get of [false, true]) {
  test(`urql persists a document automatically, ${get ? 'by GET' : 'by POST'}`, async () => {
    const { asked, tap } = tapped();
    const client = new Client({
      url: `${sen.url}/graphql`,
      fetch: tap,
      preferGetMethod: get,
      exchanges: [persistedExchange({ preferGetForPersistedQueries: get, generateHash: async (text) => sha256(text) }), fetchExchange],
    });
    const document = `query Urql${get}($slug: String!) { section(slug: $slug) { name } }`;
    const read = async () => {
      const result = await client.query(document, { slug: 'tin-tuc' }).toPromise();
      assert.equal(result.error, undefined);
      return result.data.section.name;
    };
    assert.deepEqual([await read(), await read()], ['Tin tức', 'Tin tức']);
    const hashed = get ? 'GET hash' : 'POST hash';
    assert.equal(asked[0], hashed);
    assert.match(asked[1], / text$/);
    assert.deepEqual(asked.slice(2), [hashed]);
  });

  test(`urql names a trusted document, ${get ? 'by GET' : 'by POST'}`, async (t) => {
    // In development urql needs the type of the operation, and sends no id for a document whose text it has.
    const environment = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    t.after(() => (environment === undefined ? delete process.env.NODE_ENV : (process.env.NODE_ENV = environment)));
    const { asked, tap } = tapped();
    const client = new Client({ url: `${sen.url}/graphql`, fetch: tap, preferGetMethod: get, exchanges: [fetchExchange] });
    const document = { kind: 'Document', definitions: [], documentId: `sha256:${sha256(trusted)}` };
    const result = await client.query(document, { slug: 'tin-tuc' }).toPromise();
    assert.equal(result.error, undefined);
    assert.equal(result.data.section.name, 'Tin tức');
    assert.deepEqual(asked, [get ? 'GET id' : 'POST id']);
  });
}
