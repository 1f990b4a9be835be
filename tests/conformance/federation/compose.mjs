// Composes `name=file` subgraphs with each composer; writes what clients of the gateway would see
// as JSON: `{ composer: { errors, api } }`. With CONTRACT the api is without fields of those tags.

import { readFileSync } from 'node:fs';
import { composeServices as apollo } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import {
  composeSchemaContract,
  composeServices as guild,
  transformSupergraphToPublicSchema,
} from '@theguild/federation-composition';
import {
  federateSubgraphs,
  federateSubgraphsContract,
  ROUTER_COMPATIBILITY_VERSION_ONE as version,
} from '@wundergraph/composition';
import { parse, print, printSchema } from 'graphql';

const services = process.argv.slice(2).map((argument) => {
  const [name, file] = argument.split('=');
  return { name, url: `http://${name}.test/graphql`, typeDefs: parse(readFileSync(file, 'utf8')) };
});
const excluded = process.env.CONTRACT?.split(' ');
const messages = (errors) => (errors ?? []).map((error) => error.message);

function byApollo() {
  const { errors, supergraphSdl } = apollo(services);
  const api = supergraphSdl && Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
  return { errors: messages(errors), api: api && printSchema(api) };
}

function byTheGuild() {
  const { errors, supergraphSdl, publicSdl } = excluded
    ? composeSchemaContract(services, { include: new Set(), exclude: new Set(excluded) }, true)
    : guild(services);
  const api = supergraphSdl && transformSupergraphToPublicSchema(parse(supergraphSdl));
  return { errors: messages(errors), api: publicSdl ?? (api && print(api)) };
}

function byWunderGraph() {
  const subgraphs = services.map(({ typeDefs, ...rest }) => ({ ...rest, definitions: typeDefs }));
  const contractTagOptions = {
    tagNamesToExclude: new Set(excluded),
    tagNamesToInclude: new Set(),
  };
  const { success, errors, federatedGraphClientSchema } = excluded
    ? federateSubgraphsContract({ subgraphs, contractTagOptions, version })
    : federateSubgraphs({ subgraphs, version });
  return {
    errors: success ? [] : messages(errors),
    api: success ? printSchema(federatedGraphClientSchema) : undefined,
  };
}

const composers = excluded
  ? { theGuild: byTheGuild, wunderGraph: byWunderGraph }
  : { apollo: byApollo, theGuild: byTheGuild, wunderGraph: byWunderGraph };
console.log(
  JSON.stringify(Object.fromEntries(Object.entries(composers).map(([name, by]) => [name, by()]))),
);
