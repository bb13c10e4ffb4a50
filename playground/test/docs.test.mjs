// The pages and the code of the documents, in a real browser: docs/examples, and the recipes of docs/*.md.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startBrowser } from './browser.mjs';
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

/** A page of a new visitor. `complaints` collects what was said in the console and what scripts threw. */
async function visit(t, address) {
  const context = await browser.newContext({ locale: 'en' });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
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
