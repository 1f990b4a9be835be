// npm's graphql-sse, the reference client of its protocol, one connection an operation.
import { createClient } from "graphql-sse";
import { bad, failure, headers, progress, sequences, tell, url } from "./asked.mjs";

const collect = async (client, asked) => {
  const found = [];
  for await (const result of client.iterate(asked)) found.push(result);
  return found;
};
const options = { url, headers, retryAttempts: 0 };
const client = createClient(options);
const found = {};

found.subscription = sequences(await collect(client, progress));
found.query = await collect(client, { query: "{ viewer { actor } }" });
found.refused = (await collect(client, bad)).map((result) => result.errors[0].extensions.code);
const many = Array.from({ length: 20 }, () => collect(client, progress));
found.parallel = (await Promise.all(many)).map(sequences);

const unknown = createClient({ ...options, headers: { authorization: "Bearer x.y.z" } });
found.unauthenticated = (await failure(collect(unknown, progress))).response.status;

// One connection for all operations is not offered, and says so at once.
const single = createClient({ ...options, singleConnection: true });
found.single = (await failure(collect(single, progress))).response.status;
tell(found);
process.exit(0);
