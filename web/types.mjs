// The types of the API for the pages, from the document of its routes (openapi.json, which a test of the
// API holds against the program): node types.mjs writes src/shared/openapi.ts; with --check it only says
// whether that is what would be written.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const from = new URL("openapi.json", import.meta.url);
const to = new URL("src/shared/openapi.ts", import.meta.url);
const json = ts.factory.createTypeReferenceNode("Json");
// What the document leaves open is some JSON; of members of any name the library asks nobody.
const transform = (schema) => (Object.keys(schema).length === 0 ? json : undefined);
const text = `// Written by web/types.mjs from web/openapi.json.
import type { Json } from "./types";

${astToString(await openapiTS(from, { transform })).replaceAll("[key: string]: unknown", "[key: string]: Json")}`;
if (!process.argv.includes("--check")) writeFileSync(to, text);
else if (readFileSync(to, "utf8") !== text) {
  console.error("web/src/shared/openapi.ts is of another web/openapi.json: cd web && npm run types");
  process.exitCode = 1;
}
