import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { useEffect, useMemo, useState } from 'react';
import { examples } from './examples';
import { fetcherWith } from './fetcher';
import { readToken, storage, writeToken } from './storage';
import { TopBar } from './TopBar';

const names = (headers: string) => /"authorization"\s*:/i.test(headers);

/** The editors take the system's theme once, at the start; this keeps them with it. */
function FollowSystemTheme() {
  const { setTheme } = useGraphiQLActions();
  const theme = useGraphiQL((state) => state.theme);
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(theme);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [theme, setTheme]);
  return null;
}

/** A tab that is opened by its neighbour's end or by a key may lie beyond the edge. */
function ShowActiveTab() {
  const active = useGraphiQL((state) => state.activeTabIndex);
  useEffect(() => {
    document.querySelector('.graphiql-tab-active')?.scrollIntoView({ inline: 'nearest' });
  }, [active]);
  return null;
}

export function App() {
  const [token, setToken] = useState(readToken);
  const [ownHeader, setOwnHeader] = useState(false);
  const fetcher = useMemo(() => fetcherWith(token), [token]);

  function use(next: string) {
    writeToken(next);
    setToken(next);
  }

  return (
    <>
      <TopBar token={token} ownHeader={ownHeader} onToken={use} />
      <main>
        <GraphiQL
          fetcher={fetcher}
          storage={storage}
          defaultTabs={examples}
          defaultEditorToolsVisibility="variables"
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
          inputValueDeprecation
          schemaDescription
          onEditHeaders={(headers) => setOwnHeader(names(headers))}
        >
          <GraphiQL.Logo>{null}</GraphiQL.Logo>
          <FollowSystemTheme />
          <ShowActiveTab />
        </GraphiQL>
      </main>
    </>
  );
}
