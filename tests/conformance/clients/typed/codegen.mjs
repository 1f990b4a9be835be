const { LIFTOS_URL, LIFTOS_TOKEN, LIFTOS_TYPES } = process.env;

export default {
  schema: { [LIFTOS_URL]: { headers: { Authorization: `Bearer ${LIFTOS_TOKEN}` } } },
  documents: 'typed/*.graphql',
  config: {
    enumsAsTypes: true,
    strictScalars: true,
    useTypeImports: true,
    // A Decimal comes as text, so that no digit is lost; a BigInt is exact as a number.
    scalars: {
      BigInt: 'number',
      Date: 'string',
      DateTime: 'string',
      Decimal: 'string',
      JSON: 'unknown',
      _Any: 'unknown',
      _FieldSet: 'string',
      link__Import: 'unknown',
    },
  },
  generates: {
    [`${LIFTOS_TYPES}/schema.ts`]: { plugins: ['typescript'] },
    [`${LIFTOS_TYPES}/operations.ts`]: {
      plugins: ['typescript-operations', 'typed-document-node'],
    },
  },
};
