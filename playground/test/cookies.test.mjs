// Tests sign-in from pages of other sites, in a real browser over https: with cookies for those pages, and without.

import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:https';
import { after, before, test } from 'node:test';
import { startBrowser } from './browser.mjs';
import { recipe } from './recipes.mjs';
import { startEmptyPage, startSen } from './sen.mjs';

/** Returns a self-signed certificate in DER (RFC 5280); the browser is told to accept it. */
function selfSigned() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const der = (tag, ...parts) => {
    const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)));
    const long = body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255];
    const length = body.length < 128 ? [body.length] : long;
    return Buffer.concat([Buffer.from([tag, ...length]), body]);
  };
  const algorithm = der(0x30, '06082a8648ce3d040302'); // ecdsa-with-SHA256
  const name = der(0x30, der(0x31, der(0x30, '0603550403', der(0x0c, Buffer.from('test')))));
  const time = (days) => der(0x17, Buffer.from(new Date(Date.now() + days * 864e5).toISOString().replace(/[-:T]/g, '').slice(2, 14) + 'Z'));
  const signed = der(
    0x30, der(0xa0, '020102'), der(0x02, '01'), algorithm, name, der(0x30, time(-1), time(1)), name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', signed, privateKey);
  const cert = der(0x30, signed, algorithm, der(0x03, '00', signature)).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: `-----BEGIN CERTIFICATE-----\n${cert.match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

const backends = {}; // the programs behind the TLS proxy, by host name
const sites = []; // the values of Sec-Fetch-Site that the browser sent
let front, port, browser, none, lax, local;

before(async () => {
  front = createServer(selfSigned(), (request, response) => {
    const backend = backends[request.headers.host.split(':')[0]];
    if (!backend) {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end('<!doctype html><title>page</title><link rel="icon" href="data:,">');
      return;
    }
    if (request.method === 'POST') sites.push(request.headers['sec-fetch-site']);
    const { method, headers, url } = request;
    const passed = httpRequest(backend.url + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  ({ port } = front.address());
  const origins = [`https://app.example:${port}`, `https://www.sen.test:${port}`].join(',');
  const settings = (host) => ['--public-url', `https://${host}:${port}`, '--trusted-proxies', '127.0.0.1'];
  [none, lax, local, browser] = await Promise.all([
    startSen(origins, {}, [...settings('none.test'), '--cookie-same-site', 'none']),
    startSen(origins, {}, settings('api.sen.test')),
    startEmptyPage(),
    startBrowser('--ignore-certificate-errors', '--host-resolver-rules=MAP *.test 127.0.0.1, MAP *.example 127.0.0.1'),
  ]);
  backends['none.test'] = none;
  backends['api.sen.test'] = lax;
});

after(async () => {
  await browser?.close();
  front?.closeAllConnections();
  front?.close();
  await Promise.all([none?.stop(), lax?.stop(), local?.stop()]);
});

/** Opens a page in a new browser context, and returns what its script gets from an API. */
async function open(t, address, api) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(address);
  const ask = (query, headers = {}) =>
    page.evaluate(
      async ([url, query, headers]) => {
        try {
          const response = await fetch(url, {
            method: 'POST', credentials: 'include', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify({ query }),
          });
          return await response.json();
        } catch (error) {
          return { thrown: error.name };
        }
      },
      [`${api}/graphql`, query, headers],
    );
  return { page, ask };
}

const password = (sen) => sen.said().match(/one-time password (\S+)/)[1];
const signIn = (sen, fields = '') =>
  `mutation { signIn(login: "admin", password: "${password(sen)}", locale: "en") { viewer { name } ${fields} userErrors { code message } notices { code message } } }`;
const viewer = '{ viewer { name } }';
const administrator = { data: { viewer: { name: 'Administrator' } } };
const nobody = { data: { viewer: null } };

test('a page of another site signs in by a cookie, where those pages get one', async (t) => {
  const api = `https://none.test:${port}`;
  const { ask, page } = await open(t, `https://app.example:${port}`, api);
  const { data } = await ask(signIn(none));
  assert.deepEqual(data.signIn, { viewer: { name: 'Administrator' }, userErrors: [], notices: [] });
  assert.equal(sites.at(-1), 'cross-site');
  assert.deepEqual(await ask(viewer), administrator);
  await page.reload();
  assert.deepEqual(await ask(viewer), administrator);
  const [session] = (await page.context().cookies(api)).filter(({ name }) => name.endsWith('sen_session'));
  assert.deepEqual([session.name, session.secure, session.httpOnly, session.sameSite], ['__Host-sen_session', true, true, 'None']);
  await ask('mutation { signOut { userErrors { code } } }');
  assert.deepEqual(await ask(viewer), nobody);
});

test('a page of a site that is not listed does not', async (t) => {
  const { ask } = await open(t, `https://evil.example:${port}`, `https://none.test:${port}`);
  assert.deepEqual(await ask(signIn(none)), { thrown: 'TypeError' });
});

test('elsewhere a page of another site is told that no cookie comes back, and signs in by its token', async (t) => {
  const { ask, page } = await open(t, `https://app.example:${port}`, `https://api.sen.test:${port}`);
  let { data } = await ask(signIn(lax));
  assert.equal(sites.at(-1), 'cross-site');
  assert.equal(data.signIn.viewer, null);
  assert.equal(data.signIn.userErrors[0].code, 'SESSION_NOT_KEPT');
  assert.match(data.signIn.userErrors[0].message, /--cookie-same-site none/);
  ({ data } = await ask(signIn(lax, 'token')));
  assert.equal(data.signIn.notices[0].code, 'SESSION_NOT_KEPT');
  assert.deepEqual(await page.context().cookies(), []);
  assert.deepEqual(await ask(viewer), nobody);
  assert.deepEqual(await ask(viewer, { Authorization: `Bearer ${data.signIn.token}` }), administrator);
});

test('a page of the same site signs in by a cookie', async (t) => {
  const { ask } = await open(t, `https://www.sen.test:${port}`, `https://api.sen.test:${port}`);
  const { data } = await ask(signIn(lax));
  assert.equal(sites.at(-1), 'same-site');
  assert.deepEqual(data.signIn.notices, []);
  assert.deepEqual(await ask(viewer), administrator);
});

test('a page of this machine by another name is told, too', async (t) => {
  const { ask } = await open(t, `http://localhost:${local.port}`, lax.url); // which is at 127.0.0.1
  const { data } = await ask(signIn(lax));
  assert.equal(data.signIn.userErrors[0].code, 'SESSION_NOT_KEPT');
});

/** Loads the module of a recipe of the documents into a page, and returns a function that calls its functions. */
async function load(page, name, api) {
  const code = (await recipe(name)).replace('https://api.example.vn', api);
  await page.evaluate(async ([name, code]) => {
    const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    (window.recipes ??= {})[name] = await import(address);
  }, [name, code]);
  return (call, ...args) => page.evaluate(([name, call, args]) => window.recipes[name][call](...args), [name, call, args]);
}

test('the recipe of signing in works on a page of the same site, and on another site whose pages get a cookie', async (t) => {
  for (const [address, api, sen] of [
    [`https://www.sen.test:${port}`, `https://api.sen.test:${port}`, lax],
    [`https://app.example:${port}`, `https://none.test:${port}`, none],
  ]) {
    const { page } = await open(t, address, api);
    const use = await load(page, 'sign-in', api);
    assert.equal((await use('signIn', 'admin', password(sen))).name, 'Administrator');
    assert.deepEqual(await use('viewer'), { name: 'Administrator' });
    await use('signOut');
    assert.equal(await use('viewer'), null);
  }
});

test('the recipe of signing in by a token works on a page of another site', async (t) => {
  const api = `https://api.sen.test:${port}`;
  const { page } = await open(t, `https://app.example:${port}`, api);
  const use = await load(page, 'sign-in-token', api);
  assert.equal(await use('viewer'), null);
  assert.equal((await use('signIn', 'admin', password(lax))).name, 'Administrator');
  assert.deepEqual(await use('viewer'), { name: 'Administrator' });
  assert.deepEqual(await page.context().cookies(), []);
});

test('the recipe of uploading sends the file that was chosen on a page', async (t) => {
  const api = `https://api.sen.test:${port}`;
  const { page } = await open(t, `https://www.sen.test:${port}`, api);
  const use = await load(page, 'sign-in', api);
  await use('signIn', 'admin', password(lax));
  const passwords = { old: password(lax), new: 'a password of the tests' };
  const change = 'mutation($old: String!, $new: String!) { changePassword(password: $old, newPassword: $new) { userErrors { code } } }';
  await use('ask', change, passwords);
  await load(page, 'upload', api);
  await page.evaluate(() => (document.body.innerHTML = '<input type="file">'));
  const file = new URL('../../internal/sample/content/media/files/bieu-trung.png', import.meta.url);
  await page.locator('input').setInputFiles(file.pathname);
  const upload = await page.evaluate(() => window.recipes.upload.upload(document.querySelector('input').files[0]));
  assert.deepEqual(upload.userErrors, []);
  assert.match(upload.media.id, /^media_/);
});
