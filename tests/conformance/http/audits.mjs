// Runs every audit of graphql-http and prints [{name, status, reason}] as JSON.
import { auditServer } from "graphql-http";

const authorised = (url, init = {}) =>
  fetch(url, {
    ...init,
    headers: { ...init.headers, authorization: `Bearer ${process.env.LIFTOS_TOKEN}` },
  });

const results = await auditServer({ url: process.env.LIFTOS_URL, fetchFn: authorised });
console.log(
  JSON.stringify(
    results.map((result) => ({
      id: result.id,
      name: result.name,
      status: result.status,
      reason: result.reason ?? "",
    })),
  ),
);
