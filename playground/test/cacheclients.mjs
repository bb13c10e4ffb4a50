// Apollo Client 3 and 4, urql and Relay behind one interface: tests can read what each cache shows while others read
// and write.

import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { bundled, playground, recipe } from './recipes.mjs';

/** Returns a fetch that counts its calls. */
function counted(headers) {
  const tap = (address, options = {}) => {
    tap.count += 1;
    return fetch(address, { ...options, headers: { ...Object.fromEntries(new Headers(options.headers)), ...headers } });
  };
  tap.count = 0;
  return tap;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Waits until something is shown. */
async function shown(screen) {
  for (const deadline = Date.now() + 20_000; screen.data === undefined; await settled()) {
    if (screen.error) throw screen.error;
    if (Date.now() > deadline) throw new Error('nothing was shown in 20 s');
  }
  return screen;
}

/** Returns Apollo Client from a package, with the cache of the recipe or with another one. */
export const apollo = (name) => async (folder, url, headers, documents, settings) => {
  const code = `
    ${settings ?? (await recipe('apollo'))}
    export { ApolloClient, HttpLink, gql } from '@apollo/client';`;
  const { ApolloClient, HttpLink, gql, cache } = await bundled(folder, code, name === '@apollo/client' ? {} : { '@apollo/client': name });
  const tap = counted(headers);
  const client = new ApolloClient({ cache, link: new HttpLink({ uri: `${url}/graphql`, fetch: tap }) });
  const parsed = Object.fromEntries(Object.entries(documents).map(([key, text]) => [key, gql(text)]));
  return {
    requests: () => tap.count,
    async watch(key, variables) {
      const screen = {};
      const query = client.watchQuery({ query: parsed[key], variables });
      query.subscribe({
        next: (result) => {
          if (result.error) screen.error = result.error;
          if (result.data && result.dataState !== 'partial' && !result.partial) screen.data = result.data;
        },
        error: (error) => (screen.error = error),
      });
      screen.more = (after) => query.fetchMore({ variables: { after } });
      return shown(screen);
    },
    async change(key, variables) {
      const { data } = await client.mutate({ mutation: parsed[key], variables });
      await settled();
      return data;
    },
    stop: () => client.stop(),
  };
};

/** Returns urql with Graphcache. */
export const urql = async (folder, url, headers, documents, settings) => {
  const code = `
    ${settings ?? (await recipe('urql'))}
    export { Client, fetchExchange, gql } from '@urql/core';`;
  const { Client, fetchExchange, gql, cache } = await bundled(folder, code);
  const tap = counted(headers);
  const client = new Client({ url: `${url}/graphql`, fetch: tap, preferGetMethod: false, exchanges: [cache, fetchExchange] });
  const parsed = Object.fromEntries(Object.entries(documents).map(([key, text]) => [key, gql(text)]));
  const running = [];
  return {
    requests: () => tap.count,
    async watch(key, variables) {
      const screen = {};
      const see = (result) => {
        if (result.error) screen.error = result.error;
        if (result.data && !result.stale) screen.data = result.data;
      };
      running.push(client.query(parsed[key], variables).subscribe(see));
      screen.more = async (after) => {
        const next = {};
        running.push(client.query(parsed[key], { ...variables, after }).subscribe((result) => ((next.data = result.data), see(result))));
        await shown(next);
      };
      return shown(screen);
    },
    async change(key, variables) {
      const { data, error } = await client.mutation(parsed[key], variables).toPromise();
      if (error) throw error;
      await settled();
      return data;
    },
    stop: () => running.forEach((one) => one.unsubscribe()),
  };
};

/** Returns Relay. Its compiler reads the documents and the schema first. */
export const relay = async (folder, url, headers, documents, settings) => {
  const source = join(folder, 'src');
  await mkdir(source, { recursive: true });
  const named = Object.entries(documents).map(([key, text]) => [key, text.match(/(?:query|mutation) (\w+)/)[1], text]);
  await writeFile(
    join(source, 'Caches.js'),
    "import { graphql } from 'relay-runtime';\n" + named.map(([, name, text]) => `export const ${name} = graphql\`${text}\`;\n`).join(''),
  );
  const config = { src: './src', schema: './schema.graphql', language: 'javascript', artifactDirectory: './artifacts' };
  await mkdir(join(folder, 'artifacts'), { recursive: true });
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
  const compiled = spawnSync(process.execPath, [join(playground, 'node_modules', 'relay-compiler', 'cli.js'), 'relay.config.json'], { cwd: folder, encoding: 'utf8' });
  if (compiled.status !== 0) throw new Error(`relay-compiler: ${compiled.stdout}${compiled.stderr}`);
  const code = `
    ${settings ?? (await recipe('relay'))}
    export { commitMutation, createOperationDescriptor, fetchQuery, getRequest } from 'relay-runtime';
    ${named.map(([key, name]) => `export { default as ${key} } from './artifacts/${name}.graphql.js';`).join('\n')}`;
  const made = await bundled(folder, code);
  const tap = counted(headers);
  const environment = made.newEnvironment(async ({ text }, variables) => {
    const response = await tap(`${url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  });
  const kept = [];
  return {
    requests: () => tap.count,
    async watch(key, variables) {
      const operation = made.createOperationDescriptor(made.getRequest(made[key]), variables);
      kept.push(environment.retain(operation));
      await made.fetchQuery(environment, made[key], variables).toPromise();
      const snapshot = environment.lookup(operation.fragment);
      const screen = { data: snapshot.data };
      kept.push(environment.subscribe(snapshot, (next) => (screen.data = next.data)));
      return screen;
    },
    async change(key, variables) {
      const data = await new Promise((onCompleted, onError) => {
        made.commitMutation(environment, { mutation: made[key], variables, onCompleted, onError });
      });
      await settled();
      return data;
    },
    stop: () => kept.forEach((one) => one.dispose()),
  };
};
