// meros, which urql and GraphiQL read parts with, and urql's own reader of both framings.
import { Client, fetchExchange } from "@urql/core";
import { meros } from "meros/browser";
import { headers, progress, sequences, tell, url } from "./asked.mjs";

const found = {};
const response = await fetch(url, {
  method: "POST",
  headers: {
    ...headers,
    "content-type": "application/json",
    accept: "multipart/mixed;subscriptionSpec=1.0, application/json",
  },
  body: JSON.stringify(progress),
});
const parts = [];
for await (const part of await meros(response)) parts.push([part.json, part.body]);
found.meros = sequences(parts.filter(([, body]) => body.payload).map(([, body]) => body.payload));
found.json = parts.every(([isJson]) => isJson);

const mediaTypes = [];
const client = new Client({
  url,
  preferGetMethod: false,
  fetchSubscriptions: true,
  fetchOptions: { headers },
  exchanges: [fetchExchange],
  fetch: async (target, init) => {
    const answer = await fetch(target, init);
    mediaTypes.push(answer.headers.get("content-type"));
    return answer;
  },
});
found.urqlQuery = (await client.query("{ viewer { actor } }", {}).toPromise()).data.viewer.actor;
found.urql = await new Promise((resolve) => {
  const results = [];
  client.subscription(progress.query, progress.variables).subscribe((result) => {
    if (result.data) results.push(result);
    if (!result.hasNext) resolve(sequences(results));
    else if (results.length === Number(process.env.LIFTOS_EVENTS)) resolve(sequences(results));
  });
});
found.mediaTypes = mediaTypes;
tell(found);
process.exit(0);
