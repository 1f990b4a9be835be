// Stands in for two Prettier plugins, half a megabyte, that GraphiQL loads to
// indent the variables and headers editors.
import { applyEdits, format } from 'jsonc-parser';

interface Formatted {
  text: string;
}

export const parsers = {
  jsonc: {
    astFormat: 'formatted-jsonc',
    parse(text: string): Formatted {
      const edits = format(text, undefined, { insertSpaces: true, tabSize: 2, eol: '\n' });
      return { text: applyEdits(text, edits) };
    },
    locStart: () => 0,
    locEnd: ({ text }: Formatted) => text.length,
  },
};

export const printers = {
  'formatted-jsonc': { print: (path: { node: Formatted }) => path.node.text },
};
