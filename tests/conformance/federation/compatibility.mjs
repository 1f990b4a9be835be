// Apollo's compatibility suite over our `products`: the suite's own tests and its own two other
// subgraphs, behind Apollo's gateway. Its fixed ports are moved to free ones.
// Writes the title and the status of each assertion.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Server } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RemoteGraphQLDataSource } from '@apollo/gateway';
import { apolloGateway, served } from './apollo.mjs';

// Standard output is for the results alone: the subgraphs greet on it.
const told = console.log;
console.log = console.info = console.error;

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const suite = join(here, 'node_modules/@apollo/federation-subgraph-compatibility-tests');
const productsUrl = process.env.PRODUCTS_URL;

async function sdlOf(url) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  });
  return (await response.json()).data._service.sdl;
}

/** Starts a subgraph of the suite, which listens where it wants; its real address. */
async function started(name) {
  const listen = Server.prototype.listen;
  const port = await new Promise((resolve) => {
    Server.prototype.listen = function moved(options, ...more) {
      this.once('listening', () => resolve(this.address().port));
      return listen.call(this, { ...options, host: '127.0.0.1', port: 0 }, ...more);
    };
    process.chdir(join(suite, 'dist/subgraphs', name));
    require(join(suite, 'dist/subgraphs', name, 'index.js'));
  });
  Server.prototype.listen = listen;
  const sdl = readFileSync(join(suite, 'dist/subgraphs', name, `${name}.graphql`), 'utf8');
  return { name, url: `http://127.0.0.1:${port}/`, sdl };
}

const subgraphs = [
  { name: 'products', url: productsUrl, sdl: await sdlOf(productsUrl) },
  await started('users'),
  await started('inventory'),
];
const gateway = await apolloGateway(
  subgraphs,
  ({ url }) => new RemoteGraphQLDataSource({ url }),
);
const router = await served(gateway.ask);

const config = {
  rootDir: join(suite, 'dist'),
  testMatch: ['**/tests/*.test.js'],
  testPathIgnorePatterns: [],
  haste: { retainAllFiles: true },
  transform: {},
  cache: false,
  moduleNameMapper: { '^make-fetch-happen$': join(here, 'moved.cjs') },
};
const jest = join(here, 'node_modules/jest/bin/jest.js');
const { stdout } = await promisify(execFile)(
  process.execPath,
  [jest, '--ci', '--json', '--runInBand', '--watchman=false', '--config', JSON.stringify(config)],
  {
    env: { ...process.env, PRODUCTS_URL: productsUrl, ROUTER_PORT: router.address().port },
    maxBuffer: 1e8,
  },
).catch((failed) => failed);
const results = JSON.parse(stdout).testResults;
const assertions = results.flatMap(({ assertionResults, message }) =>
  assertionResults.length ? assertionResults : [{ fullName: message, status: 'failed' }],
);
told(
  JSON.stringify(
    assertions.map(({ fullName, status, failureMessages }) => ({
      name: fullName,
      status,
      failures: failureMessages,
    })),
  ),
);
process.exit();
