// Tests unusual cases of the playground: subscriptions, a server that is down, a phone, sign-in, a file.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { startBrowser, visitor } from './browser.mjs';
import { startSen } from './sen.mjs';

let sen, browser;
before(async () => {
  [sen, browser] = await Promise.all([
    startSen('http://allowed.localhost:1'),
    startBrowser(),
  ]);
});
after(async () => {
  await browser?.close();
  await sen?.stop();
});

/** Opens the playground of a new visitor. `complaints` collects console messages and exceptions. */
async function visit(t, { query, variables, width = 1400, height = 900 } = {}) {
  const { page, complaints } = await visitor(t, browser, { viewport: { width, height } });
  const search = new URLSearchParams({ ...(query && { query }), ...(variables && { variables: JSON.stringify(variables) }) });
  await page.goto(`${sen.url}/playground?${search}`);
  const run = async () => {
    await page.getByRole('button', { name: /^Execute query/ }).click();
    await page.locator('.result-window .CodeMirror-code').getByText(/"(data|errors)"/).first().waitFor();
    return page.evaluate(() => JSON.parse(document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()));
  };
  return { page, complaints, run };
}

test('a subscription is answered with what is wrong with it, and no stack', async (t) => {
  const { complaints, run } = await visit(t, { query: 'subscription News { articles { id } }' });
  const answer = await run();
  assert.equal(answer.errors.length, 1);
  assert.match(answer.errors[0].message, /subscription/i);
  assert.doesNotMatch(JSON.stringify(answer), /stack|playground\.js/);
  assert.deepEqual(complaints, []);
});

test('a server that is away, or an answer that is none, is told in words', async (t) => {
  const { page, run } = await visit(t, { query: '{ site { name } }' });
  await page.getByRole('tab').first().waitFor();
  await page.route('**/graphql', (route) => route.abort());
  assert.match((await run()).errors[0].message, /could not be reached/);
  await page.unroute('**/graphql');
  await page.route('**/graphql', (route) => route.fulfill({ status: 502, body: '<html>' }));
  await page.getByRole('button', { name: /^Execute query/ }).click();
  await page.locator('.result-window .CodeMirror-code').getByText(/502/).waitFor();
});

test('on a telephone the answer can be read below the query', async (t) => {
  const [width, height] = [390, 844];
  const { page, complaints, run } = await visit(t, { query: '{ site { name timeZone } }', width, height });
  await run();
  for (const name of ['.result-window', '.graphiql-query-editor']) {
    const box = await page.locator(name).boundingBox();
    assert.ok(box.width >= 280 && box.height >= 150, `${name} is ${box.width} x ${box.height}`);
    assert.ok(box.x >= 0 && box.x + box.width <= width && box.y >= 0 && box.y + box.height <= height, `${name} is at ${JSON.stringify(box)}`);
  }
  const word = await page.locator('.result-window').getByText('"Asia/Ho_Chi_Minh"').boundingBox();
  assert.ok(word.x >= 0 && word.x + word.width <= width && word.y + word.height <= height, JSON.stringify(word));
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  assert.deepEqual(complaints, []);
});

test('the tabs show how to sign in and how to send a file', async (t) => {
  const { page, complaints, run } = await visit(t);
  const once = sen.said().match(/one-time password (\S+)/)[1];
  await page.getByRole('tab', { name: 'SignIn' }).click();
  await page.getByRole('button', { name: 'Variables', exact: true }).click();
  const variables = page.locator('section[aria-label="Variables"] .CodeMirror:visible');
  await variables.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(JSON.stringify({ login: 'admin', password: once }));
  const { data } = await run();
  assert.deepEqual([data.signIn.viewer.mustChangePassword, data.signIn.userErrors], [true, []]);
  // From now on the cookie identifies the page's user.
  const changed = await page.evaluate(async (once) => {
    const query = 'mutation($once: String!) { changePassword(password: $once, newPassword: "a password of the tests") { userErrors { message } } }';
    const response = await fetch('graphql', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ query, variables: { once } }) });
    return response.json();
  }, once);
  assert.deepEqual(changed, { data: { changePassword: { userErrors: [] } } });

  await page.getByRole('tab', { name: 'UploadPicture' }).click();
  assert.match((await run()).errors[0].message, /Choose the files for \$file first/);
  const buffer = await readFile(new URL('../../internal/sample/content/media/files/hoi-truong.png', import.meta.url));
  await page.getByLabel('Files for variables of the type Upload').setInputFiles({ name: 'anh.png', mimeType: 'image/png', buffer });
  await page.getByRole('button', { name: /^Execute query/ }).click();
  await page.locator('.result-window .CodeMirror-code').getByText('"uploadMedia"').waitFor();
  const uploaded = await page.evaluate(() => JSON.parse(document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()));
  assert.deepEqual(uploaded.data.uploadMedia.userErrors, []);
  assert.match(uploaded.data.uploadMedia.media.id, /^media_/);
  assert.deepEqual(complaints, []);
});
