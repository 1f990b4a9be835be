// The schema that the deployed API shows, as SDL; to the output where it is run by itself.
import { pathToFileURL } from 'node:url';
import { buildClientSchema, getIntrospectionQuery, printSchema } from 'graphql';

export async function shownSchema() {
  const query = getIntrospectionQuery({
    inputValueDeprecation: true,
    oneOf: true,
    schemaDescription: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
  });
  const answer = await fetch(process.env.LIFTOS_URL, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${process.env.LIFTOS_TOKEN}`,
    },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return printSchema(buildClientSchema(data));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(await shownSchema());
