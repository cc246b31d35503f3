#!/usr/bin/env node
import { ensureNode } from './start.mjs';

const HELP = `demarc-connector: the cloud side of Demarc.

Usage: demarc-connector [--help]

Settings come from the environment:
  DEMARC_CONNECTOR_DATA  folder of the database, the certificate authority and its key (./connector-data)
  DEMARC_CONNECTOR_PORT  HTTPS port of console, API and gateways (8443)
  DEMARC_CONNECTOR_HOST  address to listen on (0.0.0.0)
  DEMARC_CONNECTOR_URL   address under which gateways and browsers reach it (https://<host name>:<port>)
  DEMARC_TLS_CERT        PEM file of a certificate from a public CA; with DEMARC_TLS_KEY
  DEMARC_TLS_KEY         PEM file of its key
  DEMARC_STORE           sqlite:FILE (connector.db in the data folder)
  DEMARC_BUS             embedded
  DEMARC_LOG_LEVEL       trace, debug, info, warn, error or fatal (info)

The first start prints a one-time link with which the first person sets up the console.
Exit codes: 0 stopped, 1 failed, 2 wrong usage or settings.
`;

const words = process.argv.slice(2);
if (words.includes('--help') || words.includes('-h')) {
  process.stdout.write(HELP);
  process.exit(0);
}
if (words.length > 0) {
  process.stderr.write(`demarc-connector takes no "${words[0]}"; see demarc-connector --help\n`);
  process.exit(2);
}
ensureNode();
const { runConnector } = await import('../connector/main.ts');
await runConnector(process.env);
