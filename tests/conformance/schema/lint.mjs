// graphql-eslint over the schema that the deployed API shows: every finding as JSON.
import { parser, rules, configs } from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';
import { writeFile } from 'node:fs/promises';
import { print, visit, parse } from 'graphql';
import { shownSchema } from './shown.mjs';

const [path] = process.argv.slice(2);

// Prescribed by the specification of Federation, names and missing descriptions alike.
const DIRECTIVES = new Set(['key', 'shareable', 'tag', 'cost', 'listSize', 'link', 'inaccessible']);
const ofFederation = ({ name }) => /^_|^link__/.test(name?.value ?? '');

function withoutFederation(text) {
  const drop = (node) => (ofFederation(node) ? null : undefined);
  return print(
    visit(parse(text), {
      DirectiveDefinition: ({ name }) => (DIRECTIVES.has(name.value) ? null : undefined),
      ScalarTypeDefinition: drop,
      EnumTypeDefinition: drop,
      UnionTypeDefinition: drop,
      ObjectTypeDefinition: drop,
      FieldDefinition: drop,
    }),
  );
}

const own = {
  // Values have no identity: an id would invite clients to ask for them again. That every node
  // has one is held by tests/graph/test_relay.py.
  '@graphql-eslint/strict-id-in-types': 'off',
  // Relay asks for edges where there are pages; a short list that is whole is a list. Its
  // specification lets an edge hold any type but a list: rows that are computed have no identity.
  '@graphql-eslint/relay-edge-types': [
    'error',
    {
      withEdgeSuffix: true,
      shouldImplementNode: false,
      listTypeCanWrapOnlyEdgeType: false,
    },
  ],
};

await writeFile(path, withoutFederation(await shownSchema()));
const eslint = new ESLint({
  overrideConfigFile: true,
  ignore: false,
  overrideConfig: [
    {
      files: ['**/*.graphql'],
      languageOptions: { parser, parserOptions: { graphQLConfig: { schema: path } } },
      plugins: { '@graphql-eslint': { rules } },
      rules: {
        ...configs['flat/schema-recommended'].rules,
        ...configs['flat/schema-relay'].rules,
        ...own,
      },
    },
  ],
  cwd: new URL('.', `file://${path}`).pathname,
});
const [result] = await eslint.lintFiles([path]);
console.log(JSON.stringify(result.messages.map(({ ruleId, message }) => ({ ruleId, message }))));
