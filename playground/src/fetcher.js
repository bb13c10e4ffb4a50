// Sends the operations of the playground: by POST, and with files by the GraphQL multipart request specification.
// Every failure is returned as an answer, because GraphiQL would show the stack of a thrown error.

import { Kind, parse, print } from 'graphql';

// The addresses are relative to the page, so that it also works behind a proxy that adds a path prefix.
const address = new URL('graphql', location.href).href;

const failure = (message) => ({ errors: [{ message }] });

/** Returns the operation of a document that is to be run; undefined if the document is invalid or the choice is unclear. */
function operationOf({ query, operationName }) {
  let operations;
  try {
    operations = parse(query).definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  } catch {
    return undefined; // The server reports the error in the query.
  }
  return operations.find((operation) => operation.name?.value === operationName) ?? (operations.length === 1 ? operations[0] : undefined);
}

/** Returns the variables of an operation that are files, as [name, whether it is a list]. */
function uploadsOf(operation) {
  return (operation?.variableDefinitions ?? [])
    .map(({ variable, type }) => [variable.name.value, print(type).replaceAll('!', '')])
    .filter(([, type]) => type === 'Upload' || type === '[Upload]')
    .map(([name, type]) => [name, type === '[Upload]']);
}

/** Returns a multipart request. The files go to the variables in the order of declaration; a list takes all that remain. */
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

/** Returns a fetcher for GraphiQL; `chosen` returns the files that the reader chose. */
export const newFetcher = (chosen) => async (request, options) => {
  const operation = operationOf(request);
  // GraphiQL updates the operation name shortly after the query changes. If the reader pastes a query or switches
  // tabs and runs it at once, GraphiQL would send the old name. A name that the query doesn't have is left out.
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
