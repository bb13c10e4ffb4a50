import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { parse } from 'graphql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import readmeTabs from 'sen:tabs';

import 'graphiql/style.css';
import './playground.css';

// Addresses are relative to the page's, so that it also works behind a proxy that adds a prefix.
const send = createGraphiQLFetcher({
  url: new URL('graphql', location.href).href,
  enableIncrementalDelivery: false, // Sen sends none.
});

// GraphiQL learns the operation's name a moment after the query was changed; who pastes or switches tabs and runs at
// once would send the former name. One that the query doesn't have is better left out.
function fetcher(request, options) {
  let names = [];
  try {
    names = parse(request.query).definitions.map((definition) => definition.name?.value);
  } catch {
    // The server says what is wrong with the query.
  }
  return send(names.includes(request.operationName) ? request : { ...request, operationName: undefined }, options);
}

// ?query=…&variables=… is the address of a query: it opens in a tab of its own, and is run only by the reader's hand.
const address = new URLSearchParams(location.search);
const query = address.get('query') || undefined;
const variables = (query && address.get('variables')) || undefined;

createRoot(document.getElementById('playground')).render(
  createElement(
    GraphiQL,
    {
      fetcher,
      // GraphiQL takes the default tabs at the first visit and the browser's own storage afterwards.
      defaultTabs: query ? [{ query, variables }, ...readmeTabs] : readmeTabs,
      query,
      variables,
      isHeadersEditorEnabled: true,
      inputValueDeprecation: true,
      schemaDescription: true,
    },
    createElement(GraphiQL.Logo, null, 'Sen'),
  ),
);
