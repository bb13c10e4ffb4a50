import { GraphiQL } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import readmeTabs from 'sen:tabs';

import { newFetcher } from './fetcher.js';
import { chosenFiles, Files } from './files.js';

import 'graphiql/style.css';
import './playground.css';

// ?query=…&variables=… is the address of a query: it opens in a tab of its own, and is run only by the reader's hand.
const address = new URLSearchParams(location.search);
const query = address.get('query') || undefined;
const variables = (query && address.get('variables')) || undefined;

createRoot(document.getElementById('playground')).render(
  createElement(
    GraphiQL,
    {
      fetcher: newFetcher(chosenFiles),
      // GraphiQL takes the default tabs at the first visit and the browser's own storage afterwards.
      defaultTabs: query ? [{ query, variables }, ...readmeTabs] : readmeTabs,
      query,
      variables,
      isHeadersEditorEnabled: true,
      inputValueDeprecation: true,
      schemaDescription: true,
    },
    createElement(GraphiQL.Logo, null, 'Sen'),
    createElement(GraphiQL.Footer, null, createElement(Files)),
  ),
);
