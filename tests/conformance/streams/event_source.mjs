// A browser's EventSource: cut off again and again, it comes back with Last-Event-ID by itself.
import { EventSource } from "eventsource";
import { headers, progress, tell, url } from "./asked.mjs";

const address = new URL(url);
address.searchParams.set("query", progress.query);
address.searchParams.set("variables", JSON.stringify(progress.variables));

/** The body, and of the first answer two events only: then the line is cut. */
const cut = (body) => {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return new ReadableStream({
    async start(control) {
      while (text.split("event: next").length < 4) text += (await reader.read()).value;
      const end = text.indexOf("event: next", text.indexOf("id: 2"));
      control.enqueue(new TextEncoder().encode(text.slice(0, end)));
      control.close();
      await reader.cancel();
    },
  });
};
const sent = [];
const fetchCut = async (target, init) => {
  sent.push(init.headers["Last-Event-ID"] ?? null);
  const answer = await fetch(target, { ...init, headers: { ...init.headers, ...headers } });
  return sent.length > 1 ? answer : new Response(cut(answer.body), { headers: answer.headers });
};

const seen = [];
const ids = [];
await new Promise((resolve) => {
  const source = new EventSource(address, { fetch: fetchCut });
  source.addEventListener("next", (event) => {
    seen.push(JSON.parse(event.data).data.ingestionProgress.sequence);
    ids.push(event.lastEventId);
  });
  source.addEventListener("complete", () => {
    source.close();
    resolve();
  });
});
tell({ seen, ids, sent });
process.exit(0);
