// What every script asks, and how it tells what it heard.
export const url = process.env.LIFTOS_URL;
export const socketUrl = process.env.LIFTOS_WS_URL;
export const authorization = `Bearer ${process.env.LIFTOS_TOKEN}`;
export const headers = { authorization };
export const run = process.env.LIFTOS_RUN;

export const progress = {
  query: `subscription Progress($run: ID!, $after: Int! = 0) {
    ingestionProgress(runId: $run, after: $after) { sequence kind }
  }`,
  variables: { run },
};
export const events = {
  query: "subscription Events($after: BigInt) { events(after: $after) { sequence } }",
  variables: { after: 0 },
};
export const bad = { query: "subscription { nothing }" };

export const sequences = (results) =>
  results.map((result) => result.data.ingestionProgress.sequence);

export const tell = (found) => console.log(JSON.stringify(found));

/** The promise's reason, which has to come. */
export const failure = async (promise) => {
  try {
    return { unexpected: await promise };
  } catch (error) {
    return error;
  }
};
