// The browser of the tests: CHROMIUM, or /usr/bin/chromium.

import { chromium } from 'playwright-core';

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
