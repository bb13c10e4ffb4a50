// Asks a running Sen everything that the audit suite of the npm package graphql-http asks of GraphQL over HTTP:
// SEN_URL=http://localhost:8080 npm run audit. Its SHOULD and MAY count here like its MUST.

import { serverAudits } from 'graphql-http';

const expected = 61; // of graphql-http 1.23.1: an audit that went missing must not look like one that passed

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
    // The suite throws when there was no answer at all.
    failure = `fatal: ${error.message}${error.cause ? ` (${error.cause.message})` : ''}`;
  }
  if (failure) console.log(`${audit.id} ${audit.name}\n     ${failure}`);
  else passed++;
}
if (audits.length !== expected) console.log(`The suite has ${audits.length} audits, and ${expected} were expected.`);
console.log(`${passed} of ${audits.length} passed`);
process.exitCode = passed === expected && audits.length === expected ? 0 : 1;
