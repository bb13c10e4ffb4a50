import { GraphiQL } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import readmeTabs from 'sen:tabs';

import { newFetcher } from './fetcher.js';
import { chosenFiles, Files } from './files.js';

import 'graphiql/style.css';
import './playground.css';

// The address ?query=…&variables=… opens a query in a new tab. The reader must run it; the page does not.
const address = new URLSearchParams(location.search);
const query = address.get('query') || undefined;
const variables = (query && address.get('variables')) || undefined;

createRoot(document.getElementById('playground')).render(
  createElement(
    GraphiQL,
    {
      fetcher: newFetcher(chosenFiles),
      // GraphiQL uses the default tabs on the first visit, and the browser's storage after that.
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
