// Tests Sen in a real browser: the playground with its content security policy, and the API from pages of other
// origins. SEN_BIN is the program; CHROMIUM is the browser, by default /usr/bin/chromium.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { startBrowser, visitor } from './browser.mjs';
import { startEmptyPage, startSen } from './sen.mjs';

const queries = new URL('../queries/', import.meta.url);
const tabs = readdirSync(queries).filter((name) => name.endsWith('.graphql')).sort()
  .map((name) => {
    const query = readFileSync(new URL(name, queries), 'utf8');
    return { name: query.match(/^(?:query|mutation) (\w+)/m)[1], reads: /^query /m.test(query), query };
  });

let sen, browser, allowed, refused;

before(async () => {
  [allowed, refused] = await Promise.all([startEmptyPage(), startEmptyPage()]);
  // The browser resolves every name under .localhost to this machine, without DNS.
  allowed.origin = `http://allowed.localhost:${allowed.port}`;
  refused.origin = `http://refused.localhost:${refused.port}`;
  [sen, browser] = await Promise.all([
    startSen(allowed.origin),
    startBrowser(),
  ]);
});

after(async () => {
  await browser?.close();
  await Promise.all([sen?.stop(), allowed?.stop(), refused?.stop()]);
});

/** Opens a page of a new visitor. `complaints` collects errors of the page, `requests` the addresses that it requested. */
async function visit(t, address) {
  const { page, complaints } = await visitor(t, browser, { viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(15_000);
  const requests = [];
  page.on('requestfailed', (request) => complaints.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  page.on('request', (request) => requests.push(request));
  await page.exposeFunction('reportViolation', (what) => complaints.push(`policy: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.reportViolation(`${event.violatedDirective} blocked ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  const response = await page.goto(address);
  return { page, response, complaints, requests };
}

function assertStayedAtHome(requests) {
  const elsewhere = requests.map((request) => request.url()).filter((url) => !url.startsWith('data:') && new URL(url).origin !== sen.url);
  assert.deepEqual(elsewhere, [], 'requests to other hosts');
}

/** Runs the query of the open tab, and returns the answer that the API sent and that the page shows. */
async function run(page) {
  const [response] = await Promise.all([
    page.waitForResponse((response) => {
      const body = response.request().postData() ?? '';
      return new URL(response.url()).pathname === '/graphql' && !body.includes('__schema');
    }),
    page.getByRole('button', { name: /^Execute query/ }).click(),
  ]);
  const answer = await response.json();
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return { answer, request: response.request() };
}

const shown = (page) => page.locator('.result-window .CodeMirror-code');

test("the playground runs the README's queries, under its policy and without leaving home", async (t) => {
  const { page, response, complaints, requests } = await visit(t, `${sen.url}/playground`);
  const policy = response.headers()['content-security-policy'];
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  assert.equal(await page.title(), 'Sen playground');

  const buttons = page.getByRole('tab');
  await buttons.first().waitFor();
  assert.deepEqual(await buttons.evaluateAll((all) => all.map((one) => one.innerText.trim())), tabs.map((tab) => tab.name));

  // The first tab is open; its answer must be readable on the page.
  const first = await run(page);
  const [article] = first.answer.data.articles.nodes;
  assert.ok(article.title);
  await shown(page).getByText(article.title).first().waitFor();

  for (const tab of tabs.slice(1).filter((tab) => tab.reads)) { // playground.test.mjs uses the others
    await t.test(tab.name, async () => {
      await page.getByRole('tab', { name: tab.name }).click();
      const { answer } = await run(page);
      assert.ok(Object.values(answer.data).every((value) => value !== null), `nothing was found: ${JSON.stringify(answer.data)}`);
      await shown(page).getByText('"data"').waitFor();
    });
  }

  await t.test('headers of its own', async () => {
    await page.getByRole('tab', { name: tabs[0].name }).click();
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page.locator('section[aria-label="Headers"] .CodeMirror:visible').click();
    await page.keyboard.insertText('{"Sen-Locale": "en"}');
    const { request } = await run(page);
    assert.equal(request.headers()['sen-locale'], 'en');
  });

  await t.test('documentation, history, dialogs and hints', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'Query', exact: true }).click();
    await page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'articles', exact: true }).waitFor();
    await page.locator('.graphiql-doc-explorer-search input').fill('AwardRound');
    await page.locator('.graphiql-doc-explorer-search').getByRole('option', { name: 'AwardRound', exact: true }).click();

    await page.getByRole('button', { name: 'Show History' }).click();
    await page.locator('.graphiql-history-item').getByText(tabs[0].name).first().waitFor();

    await page.getByRole('button', { name: 'Open short keys dialog' }).click();
    await page.getByRole('dialog').getByText('Short Keys').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Open settings dialog' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Dark' }).click();
    await page.locator('body.graphiql-dark').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'New tab' }).click();
    await page.locator('section[aria-label="Query Editor"] .CodeMirror').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('{ aut');
    await page.locator('.CodeMirror-hints').getByText('authors').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.type('x }');
    await page.locator('.CodeMirror-lint-mark-error').first().hover();
    await page.locator('.CodeMirror-lint-tooltip').waitFor();
    await page.getByRole('button', { name: 'Close Tab' }).last().click();
    assert.equal(await buttons.count(), tabs.length);
  });

  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  assert.deepEqual(complaints, []);
  assertStayedAtHome(requests);
});

test('the playground opens the query of its address, and leaves running it to the reader', async (t) => {
  const query = 'query FromTheAddress($first: Int) { tags(first: $first) { nodes { name } } }';
  const search = new URLSearchParams({ query, variables: '{"first": 3}' });
  const { page, complaints, requests } = await visit(t, `${sen.url}/playground?${search}`);
  await page.getByRole('tab', { name: 'FromTheAddress' }).waitFor();
  assert.equal(await page.getByRole('tab').count(), tabs.length + 1);
  await page.locator('section[aria-label="Query Editor"]').getByText('FromTheAddress').waitFor();
  assert.ok(requests.every((request) => !request.postData()?.includes('FromTheAddress')));

  const { answer, request } = await run(page);
  assert.deepEqual(request.postDataJSON().variables, { first: 3 });
  assert.ok(answer.data.tags.nodes.length <= 3);
  assert.deepEqual(complaints, []);
  assertStayedAtHome(requests);
});

/** Returns what a script of the page gets from the API. */
const ask = (page, init) =>
  page.evaluate(
    async ([url, init]) => {
      try {
        const response = await fetch(url, init);
        return { status: response.status, body: await response.json() };
      } catch (error) {
        return { thrown: error.name };
      }
    },
    [`${sen.url}/graphql`, init],
  );

const simplePost = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"query":"{ __typename }"}' };
const withHeaders = { ...simplePost, headers: { ...simplePost.headers, 'Sen-Locale': 'en', 'Apollographql-Client-Name': 'test' } };
const answered = { status: 200, body: { data: { __typename: 'Query' } } };

test('a page of an allowed origin reads what the API answers', async (t) => {
  const { page, complaints } = await visit(t, allowed.origin);
  assert.deepEqual(await ask(page, simplePost), answered);
  assert.deepEqual(await ask(page, withHeaders), answered);
  assert.deepEqual(complaints, []);
});

test('a page of another origin is refused', async (t) => {
  const { page } = await visit(t, refused.origin);
  assert.deepEqual(await ask(page, simplePost), { thrown: 'TypeError' });
  assert.deepEqual(await ask(page, withHeaders), { thrown: 'TypeError' });
  // A request without a preflight reaches the server, but the page must not be able to read the answer.
  assert.deepEqual(await ask(page, { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: simplePost.body }), { thrown: 'TypeError' });
});
