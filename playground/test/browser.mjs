// Starts the browser of the tests: CHROMIUM, or /usr/bin/chromium.

import { chromium } from 'playwright-core';

/**
 * Opens a page of a new visitor; options are those of the browser context. `complaints` collects console messages and
 * exceptions.
 */
export async function visitor(t, browser, options) {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  return { page, complaints };
}

/** Starts headless Chromium without access to other machines. Further arguments are passed to the browser. */
export const startBrowser = (...further) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox', // CI runs as root, and all pages are our own.
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...further,
    ],
  });
