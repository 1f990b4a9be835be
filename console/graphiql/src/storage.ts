import type { Example } from './examples';

const TOKEN = 'liftos:graphiql:token';

export const readToken = () => sessionStorage.getItem(TOKEN) ?? '';

export function writeToken(token: string) {
  if (token) sessionStorage.setItem(TOKEN, token);
  else sessionStorage.removeItem(TOKEN);
}

const PREFIX = 'graphiql:';
const HISTORY = [`${PREFIX}queries`, `${PREFIX}favorites`];

/** localStorage, except that GraphiQL's history would write request headers, and so tokens, to it. */
export const storage = {
  getItem: (key: string) => localStorage.getItem(key),
  setItem(key: string, value: string) {
    const kept = HISTORY.includes(key)
      ? JSON.stringify(JSON.parse(value), (name, inner) => (name === 'headers' ? undefined : inner))
      : value;
    localStorage.setItem(key, kept);
  },
  removeItem: (key: string) => localStorage.removeItem(key),
  get length() {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).length;
  },
  clear() {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    }
  },
};

const TABS = `${PREFIX}tabState`;

/** Adds the examples that no open tab shows; they appear after a reload. */
export function addExamples(examples: Example[]) {
  const state = JSON.parse(localStorage.getItem(TABS) ?? '{"tabs":[]}');
  const open = new Set(state.tabs.map((tab: { query: string | null }) => tab.query));
  for (const { query, variables = null } of examples) {
    if (open.has(query)) continue;
    const operationName = /(?:query|mutation|subscription) (\w+)/.exec(query)?.[1] ?? null;
    state.tabs.push({
      id: crypto.randomUUID(),
      title: operationName ?? '<untitled>',
      query,
      variables,
      headers: null,
      operationName,
      response: null,
    });
  }
  localStorage.setItem(TABS, JSON.stringify({ activeTabIndex: 0, ...state }));
}
