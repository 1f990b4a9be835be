import type { Fetcher, FetcherParams, Observable } from '@graphiql/toolkit';
import { getOperationAST, GraphQLError, parse, type ExecutionResult } from 'graphql';
import { createClient } from 'graphql-ws';

const ENDPOINT = '/graphql';

/** Headers of one request: the token, unless the headers editor names another. */
function headersFor(token: string, edited: Record<string, unknown> = {}): Record<string, string> {
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
  for (const [name, value] of Object.entries(edited)) {
    headers[name.toLowerCase() === 'authorization' ? 'Authorization' : name] = String(value);
  }
  return headers;
}

function failure(message: string): ExecutionResult {
  return { data: null, errors: [new GraphQLError(message)] };
}

async function send(
  params: FetcherParams,
  headers: Record<string, string>,
): Promise<ExecutionResult> {
  let response: Response;
  try {
    response = await fetch(ENDPOINT, {
      method: 'POST',
      body: JSON.stringify(params),
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
        ...headers,
      },
    });
  } catch {
    return failure(`No answer from ${new URL(ENDPOINT, location.href).href}`);
  }
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return failure(`HTTP ${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
  }
}

// GraphiQL prints an Error with its stack and anything else as it is.
function readable(problem: unknown): unknown {
  if (problem instanceof CloseEvent) {
    return { message: `The socket was closed: ${problem.code} ${problem.reason}`.trim() };
  }
  return problem instanceof Error ? { message: problem.message } : problem;
}

interface Observer {
  next: (result: ExecutionResult) => void;
  error: (problem: unknown) => void;
  complete: () => void;
}

function listen(params: FetcherParams, headers: Record<string, string>) {
  const url = new URL(ENDPOINT, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const client = createClient({
    url: url.href,
    connectionParams: headers,
    retryAttempts: 3,
    // 44xx is the server's refusal, for one a token that ended: asking again cannot help.
    shouldRetry: (problem) =>
      problem instanceof CloseEvent && (problem.code < 4400 || problem.code > 4499),
  });
  return {
    subscribe(observer: Observer) {
      const unsubscribe = client.subscribe<Record<string, unknown>>(params, {
        next: (result) => observer.next(result as ExecutionResult),
        error: (problem) => observer.error(readable(problem)),
        complete: () => observer.complete(),
      });
      return { unsubscribe };
    },
  };
}

/** The operation meant: right after a change of tabs GraphiQL still names that of the tab before. */
function meant({ query, operationName, variables }: FetcherParams): [FetcherParams, boolean] {
  try {
    const document = parse(query);
    const named = getOperationAST(document, operationName);
    const operation = named ?? getOperationAST(document);
    const params = { query, variables, operationName: operation?.name?.value ?? operationName };
    return [params, operation?.operation === 'subscription'];
  } catch {
    return [{ query, variables, operationName }, false]; // A syntax error is the server's to explain.
  }
}

export function fetcherWith(token: string): Fetcher {
  return (asked, options) => {
    const headers = headersFor(token, options?.headers);
    const [params, isSubscription] = meant(asked);
    return isSubscription
      ? (listen(params, headers) as Observable<ExecutionResult>)
      : send(params, headers);
  };
}
