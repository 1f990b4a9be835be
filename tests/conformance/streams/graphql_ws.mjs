// npm's graphql-ws, the reference client of graphql-transport-ws.
import { createClient } from "graphql-ws";
import { authorization, bad, events, failure, progress, sequences, socketUrl, tell } from "./asked.mjs";

const collect = async (client, asked) => {
  const found = [];
  for await (const result of client.iterate(asked)) found.push(result);
  return found;
};
const options = { url: socketUrl, connectionParams: { authorization }, retryAttempts: 0 };
const found = {};

const client = createClient(options);
found.subscription = sequences(await collect(client, progress));
found.query = await collect(client, { query: "{ viewer { actor } }" });
found.mutation = await collect(client, {
  query: 'mutation { cancelRun(runId: "x") { ... on UserError { field } } }',
});
found.refused = (await failure(collect(client, bad))).map((error) => error.extensions.code);
const many = Array.from({ length: 50 }, () => collect(client, progress));
found.multiplexed = (await Promise.all(many)).map(sequences);
await client.dispose();

const unknown = createClient({ ...options, connectionParams: { authorization: "Bearer x.y.z" } });
const closed = await failure(collect(unknown, progress));
found.unauthenticated = [closed.code, closed.reason];

const pinged = await new Promise((resolve) => {
  const beating = createClient({
    ...options,
    keepAlive: 50,
    on: { pong: (received, payload) => received && resolve([received, payload ?? null]) },
  });
  const over = beating.subscribe(events, { next() {}, error: resolve, complete() {} });
  setTimeout(over, 5000);
});
found.pong = pinged;

// Cut off after each event, come back behind the last one that was seen.
const seen = [];
while (seen.length < 4) {
  const cut = createClient(options);
  const variables = { ...progress.variables, after: seen.at(-1) ?? 0 };
  for await (const result of cut.iterate({ ...progress, variables })) {
    seen.push(result.data.ingestionProgress.sequence);
    break;
  }
  cut.terminate();
}
found.resumed = seen;

// The client comes back by itself, and asks again what it asked before.
const retried = new Set();
const stubborn = createClient({ ...options, retryAttempts: 5, retryWait: async () => {} });
await new Promise((resolve, reject) => {
  stubborn.subscribe(progress, {
    next: (result) => {
      const { sequence } = result.data.ingestionProgress;
      if (retried.size === 0) stubborn.terminate();
      retried.add(sequence);
    },
    error: reject,
    complete: resolve,
  });
});
found.retried = [...retried];
tell(found);
process.exit(0);
