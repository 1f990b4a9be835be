// How a gateway vouches for a caller whom it has authenticated, with nothing but Node.
// Apollo's gateway takes it as a data source's `fetcher`, Hive Gateway by a plugin's `onFetch`.

import { createHash, createHmac, randomUUID } from 'node:crypto';

const IDENTITY = ['x-org-id', 'x-user-id', 'x-user-roles'];
const CLIENT = 'x-gateway-client';

/**
 * `fetch`, with a signature over the identity headers that the gateway has set on the request.
 * None of them may come from the caller, nor may a credential of the caller's stand beside them.
 */
export function signedFetch(fetch, secret) {
  return (url, options, ...more) => {
    const headers = new Headers(options.headers);
    const { pathname, search } = new URL(url);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const nonce = randomUUID(); // two equal mutations in a second are two
    const lines = [
      'liftos-gateway-v1',
      options.method,
      pathname + search,
      timestamp,
      createHash('sha256').update(options.body ?? '').digest('hex'),
      ...IDENTITY.map((name) => headers.get(name) ?? ''),
      headers.get(CLIENT) ?? '',
      nonce,
    ];
    headers.set('x-gateway-nonce', nonce);
    headers.set('x-gateway-timestamp', timestamp);
    headers.set('x-gateway-signature', hmac(secret, lines.join('\n')));
    return fetch(url, { ...options, headers: Object.fromEntries(headers) }, ...more);
  };
}

const hmac = (secret, text) => createHmac('sha256', secret).update(text).digest('hex');
