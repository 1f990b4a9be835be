import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { CancelDocument, EntriesDocument } from './operations.js';
import type { EntriesQuery } from './operations.js';

declare const process: { env: Record<string, string> };
const { LIFTOS_URL, LIFTOS_TOKEN, LIFTOS_RUN_ID } = process.env as Record<
  'LIFTOS_URL' | 'LIFTOS_TOKEN' | 'LIFTOS_RUN_ID',
  string
>;

async function ask<R, V>(document: TypedDocumentNode<R, V>, variables: V): Promise<R> {
  const answer = await fetch(LIFTOS_URL, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${LIFTOS_TOKEN}` },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await answer.json()) as { data: R; errors?: { message: string }[] };
  if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
  return data;
}

const entries: EntriesQuery['marketingEntries']['nodes'] = [];
let after: string | null = null;
do {
  const { marketingEntries }: EntriesQuery = await ask(EntriesDocument, { after });
  entries.push(...marketingEntries.nodes);
  after = marketingEntries.pageInfo.hasNextPage ? marketingEntries.pageInfo.endCursor ?? null : null;
} while (after);

// The union's members are told apart by __typename, and the compiler knows which has what.
const { cancelRun } = await ask(CancelDocument, { runId: LIFTOS_RUN_ID });
const spend: string | null | undefined = entries[0]?.spend;
const told = cancelRun.__typename === 'CancelRunPayload' ? cancelRun.run.id : cancelRun.mend;

console.log(JSON.stringify({ ids: entries.map(({ id }) => id), spend, told }));
