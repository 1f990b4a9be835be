import { useState } from 'react';
import { examples } from './examples';
import { addExamples } from './storage';

interface Props {
  token: string;
  /** The headers editor names an Authorization, which overrides the token. */
  ownHeader: boolean;
  onToken: (token: string) => void;
}

function hintFor(token: string, ownHeader: boolean) {
  if (ownHeader) return <>The headers editor’s Authorization is used for this tab.</>;
  if (token) return null;
  return (
    <>
      No token yet, so the API will refuse. Paste a token: <code>liftos token --tenant NAME</code>
    </>
  );
}

export function TopBar({ token, ownHeader, onToken }: Props) {
  const [draft, setDraft] = useState(token);
  const hint = hintFor(token, ownHeader);

  function apply(text: string) {
    const next = text.replace(/^\s*bearer\s+/i, '').replace(/\s+/g, '');
    setDraft(next);
    onToken(next);
  }

  function reopen() {
    addExamples(examples);
    location.reload();
  }

  return (
    <header className="bar">
      <strong>
        LiftOS <span>Core Data</span>
      </strong>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          apply(draft);
        }}
      >
        <label htmlFor="token">Token</label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          placeholder="paste a token"
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onPaste={(event) => {
            event.preventDefault();
            apply(event.clipboardData.getData('text'));
          }}
          onBlur={() => draft !== token && apply(draft)}
        />
        {token ? (
          <button type="button" onClick={() => apply('')}>
            Forget
          </button>
        ) : (
          <button type="submit">Use</button>
        )}
      </form>
      <p role="status" className={hint && !token && !ownHeader ? 'hint missing' : 'hint'}>
        {hint ?? 'Kept until this tab is closed.'}
      </p>
      <button type="button" className="examples" onClick={reopen}>
        Reopen examples
      </button>
    </header>
  );
}
