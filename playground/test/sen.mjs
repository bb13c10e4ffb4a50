// Starts the real program for the browser tests, on a free port and with its own data folder.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const readyWithin = 60_000;
const stoppedWithin = 20_000;

/** Serves pages on a separate port, as another origin. `answer` writes each response. */
async function startPages(answer) {
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return {
    port,
    url: `http://localhost:${port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An empty page for every address. */
export const startEmptyPage = () =>
  startPages((request, response) => response.end('<!doctype html><title>elsewhere</title><link rel="icon" href="data:,">'));

/** Serves the HTML files of a folder. */
export const startFolder = (folder) =>
  startPages(async (request, response) => {
    const name = basename(new URL(request.url, 'http://localhost').pathname);
    const page = await readFile(new URL(name, folder)).catch(() => undefined);
    response.statusCode = page ? 200 : 404;
    response.end(page);
  });

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts the program SEN_BIN with the sample content and one allowed origin, and waits until it is ready. `documents` maps
 * ids to persisted documents, `flags` are further settings. `said` returns what the program printed.
 */
export async function startSen(allowedOrigin, documents = {}, flags = []) {
  const program = process.env.SEN_BIN;
  if (!program) throw new Error('SEN_BIN is not set: the program to test, as `go build -o sen ./server` makes it');

  const data = await mkdtemp(join(tmpdir(), 'sen-browser-'));
  const address = `127.0.0.1:${await freePort()}`;
  const file = join(data, 'documents.json');
  await writeFile(file, JSON.stringify(documents));
  // Settings of the user who runs the tests must not reach the program.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'MONGODB_URI' && !name.startsWith('SEN_')));
  const child = spawn(program, ['--listen', address, '--data', data, '--cors-origins', allowedOrigin, '--documents', file, ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  let over;
  ended.then((how) => (over = how));

  const stop = async () => {
    if (!over) {
      child.kill('SIGTERM');
      await Promise.race([ended, sleep(stoppedWithin, undefined, { ref: false })]);
      if (!over) child.kill('SIGKILL');
      await ended;
    }
    await rm(data, { recursive: true, force: true });
    return over;
  };

  const url = `http://${address}`;
  for (const deadline = Date.now() + readyWithin; ; await sleep(50)) {
    const ready = await fetch(`${url}/readyz`).then((response) => response.ok, () => false);
    if (ready && !over) return { url, stop, said: () => said };
    if (over || Date.now() > deadline) {
      await stop();
      throw new Error(`${program} was not ready (${over}). It said:\n${said}`);
    }
  }
}
