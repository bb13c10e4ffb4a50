// How the playground sends an operation: by POST, and with files by the GraphQL multipart request specification. Whatever
// comes of it is shown as an answer: GraphiQL would show the stack of an error that is thrown.

import { Kind, parse, print } from 'graphql';

// Addresses are relative to the page's, so that it also works behind a proxy that adds a prefix.
const address = new URL('graphql', location.href).href;

const failure = (message) => ({ errors: [{ message }] });

/** The operation of a document that is to be run; undefined when the document is none, or it is not clear which one. */
function operationOf({ query, operationName }) {
  let operations;
  try {
    operations = parse(query).definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  } catch {
    return undefined; // The server says what is wrong with the query.
  }
  return operations.find((operation) => operation.name?.value === operationName) ?? (operations.length === 1 ? operations[0] : undefined);
}

/** The variables of an operation that are files: [name, whether it is a list]. */
function uploadsOf(operation) {
  return (operation?.variableDefinitions ?? [])
    .map(({ variable, type }) => [variable.name.value, print(type).replaceAll('!', '')])
    .filter(([, type]) => type === 'Upload' || type === '[Upload]')
    .map(([name, type]) => [name, type === '[Upload]']);
}

/** A multipart request: the files go to the variables in the order in which those are declared; a list takes all that are left. */
function multipart(request, uploads, files) {
  const left = [...files];
  const variables = { ...request.variables };
  const map = {};
  const parts = [];
  const add = (file, path) => {
    map[parts.length] = [path];
    parts.push(file);
  };
  for (const [name, isList] of uploads) {
    if (isList) {
      variables[name] = left.map(() => null);
      left.splice(0).forEach((file, i) => add(file, `variables.${name}.${i}`));
    } else {
      variables[name] = null;
      if (left.length > 0) add(left.shift(), `variables.${name}`);
    }
  }
  const form = new FormData();
  form.append('operations', JSON.stringify({ ...request, variables }));
  form.append('map', JSON.stringify(map));
  parts.forEach((file, i) => form.append(String(i), file, file.name));
  return form;
}

/** A fetcher of GraphiQL; `chosen` gives the files that the reader chose. */
export const newFetcher = (chosen) => async (request, options) => {
  const operation = operationOf(request);
  // GraphiQL learns the operation's name a moment after the query was changed; who pastes or switches tabs and runs at
  // once would send the former name. One that the query doesn't have is better left out.
  const sent = { ...request, operationName: operation?.name?.value };
  const uploads = uploadsOf(operation);
  const files = chosen();
  if (uploads.length > 0 && files.length === 0) {
    return failure(`Choose the files for $${uploads[0][0]} first: the field is below the answer.`);
  }
  const headers = options?.headers;
  const init = uploads.length > 0
    ? { body: multipart(sent, uploads, files), headers: { 'GraphQL-Require-Preflight': '1', ...headers } }
    : { body: JSON.stringify(sent), headers: { 'Content-Type': 'application/json', ...headers } };
  let response;
  try {
    response = await fetch(address, { method: 'POST', ...init });
  } catch {
    return failure('The server could not be reached. Is it still running, and does every header have a value that browsers may send?');
  }
  try {
    return await response.json();
  } catch {
    return failure(`What came back is no JSON: HTTP status ${response.status}.`);
  }
};
