// The browser of the tests: CHROMIUM, or /usr/bin/chromium.

import { chromium } from 'playwright-core';

/**
 * A page of a new visitor; options are those of its context. `complaints` collects what was said in the console and what
 * scripts threw.
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

/** Starts headless Chromium, which asks nobody outside for anything. Further arguments are for the browser. */
export const startBrowser = (...further) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox', // CI runs as root, and the pages are our own.
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...further,
    ],
  });
