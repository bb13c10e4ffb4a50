// Makes the pictures of the README from the running program: `make pictures` writes docs/pictures.
//
// The pictures are PNGs of at most 150 kB. No test compares them, because each machine draws letters differently.
// The fonts are from Debian's packages fonts-noto-core and fonts-noto-mono.

import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';

import { pngOf } from './palette.mjs';
import { startBrowser } from './test/browser.mjs';
import { startFolder, startSen } from './test/sen.mjs';

const here = new URL('.', import.meta.url);
const folder = new URL('../docs/pictures/', here);
const most = 150_000;

const fonts = execFileSync('fc-list', { encoding: 'utf8' });
if (!['Noto Sans', 'Noto Serif', 'Noto Sans Mono'].every((font) => fonts.includes(font))) {
  throw new Error('the fonts of the pictures are missing: apt-get install fonts-noto-core fonts-noto-mono');
}

await mkdir(folder, { recursive: true });
const [sen, examples, browser] = await Promise.all([
  startSen('http://allowed.localhost:1'),
  startFolder(new URL('../docs/examples/', here)),
  startBrowser(),
]);
try {
  await take('article', `${examples.url}/article.html?${new URLSearchParams({ api: sen.url })}`, async (page) => {
    await page.locator('article img').first().waitFor();
    await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  });
  await take('playground', `${sen.url}/playground`, async (page) => {
    await page.getByRole('tab', { name: 'OneEvent' }).click();
    await page.getByRole('button', { name: /^Execute query/ }).click();
    await page.locator('.result-window .CodeMirror-code').getByText('"data"').waitFor();
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'Query', exact: true }).click();
    await page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'event', exact: true }).click();
    await page.mouse.move(0, 0);
  });
} finally {
  await browser.close();
  await Promise.all([sen.stop(), examples.stop()]);
}

/** Opens a page, prepares the state to show, and writes the screenshot. */
async function take(name, address, prepare) {
  const viewport = { width: 1200, height: 800 };
  const context = await browser.newContext({ viewport, colorScheme: 'light', locale: 'en' });
  const page = await context.newPage();
  await page.goto(address);
  await prepare(page);
  await page.evaluate(() => document.fonts.ready);
  const shot = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  const png = pngOf(await pixels(page, shot));
  await context.close();
  if (png.length > most) throw new Error(`${name}.png has ${png.length} bytes, more than ${most}`);
  await writeFile(new URL(`${name}.png`, folder), png);
  console.log(`${name}.png: ${Math.round(png.length / 1000)} kB`);
}

/** Returns the pixels of a PNG, decoded by the browser. */
async function pixels(page, png) {
  await page.goto('about:blank');
  const { width, height, data } = await page.evaluate(async (address) => {
    const image = Object.assign(new Image(), { src: address });
    await image.decode();
    const { width, height } = image;
    const canvas = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const blob = new Blob([canvas.getImageData(0, 0, width, height).data]);
    const read = new FileReader();
    await new Promise((resolve) => Object.assign(read, { onload: resolve }).readAsDataURL(blob));
    return { width, height, data: read.result.split(',')[1] };
  }, `data:image/png;base64,${png.toString('base64')}`);
  return { width, height, data: Buffer.from(data, 'base64') };
}
