// Runs the audit suite of the npm package graphql-http, which tests GraphQL over HTTP, against a running Sen:
// SEN_URL=http://localhost:8080 npm run audit. Failures of SHOULD and MAY count like failures of MUST.

import { serverAudits } from 'graphql-http';

const expected = 61; // the number of audits in graphql-http 1.23.1: a missing audit must not look like a passed one

const base = process.env.SEN_URL;
if (!base) {
  console.error('SEN_URL is not set: the address of a running Sen, such as http://localhost:8080');
  process.exit(2);
}

const audits = serverAudits({ url: new URL('/graphql', base).href });
let passed = 0;
for (const audit of audits) {
  let failure;
  try {
    const result = await audit.fn();
    if (result.status !== 'ok') failure = `${result.status}: ${result.reason} (HTTP ${result.response.status})`;
  } catch (error) {
    // The suite throws if there was no answer.
    failure = `fatal: ${error.message}${error.cause ? ` (${error.cause.message})` : ''}`;
  }
  if (failure) console.log(`${audit.id} ${audit.name}\n     ${failure}`);
  else passed++;
}
if (audits.length !== expected) console.log(`The suite has ${audits.length} audits, and ${expected} were expected.`);
console.log(`${passed} of ${audits.length} passed`);
process.exitCode = passed === expected && audits.length === expected ? 0 : 1;
