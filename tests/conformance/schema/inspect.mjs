// graphql-inspector's changes between two SDL files that are no safe ones, as JSON.
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import { readFile } from 'node:fs/promises';

const read = async (path) =>
  buildSchema(await readFile(path, 'utf8'), { assumeValid: true, assumeValidSDL: true });
const [before, after] = await Promise.all(process.argv.slice(2).map(read));
const found = await diff(before, after);
console.log(
  JSON.stringify(
    found
      .filter(({ criticality }) => criticality.level !== CriticalityLevel.NonBreaking)
      .map(({ criticality, path, message }) => ({ level: criticality.level, path, message })),
  ),
);
