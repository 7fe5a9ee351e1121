// npm run docs [-- FOLDER]: builds the API reference from the docstrings, by default in docs/reference/.
import { join, relative, resolve } from "node:path";
import { readApi } from "./api.ts";
import { pagesOf, writeReference } from "./reference.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = resolve(process.argv[2] ?? join(root, "docs", "reference"));
const api = readApi();
await writeReference(api, folder, relative(folder, root).replaceAll("\\", "/"));
const entries = pagesOf(api).reduce((sum, page) => sum + page.entries.length, 0);
console.log(`${entries} entries: ${join(folder, "index.html")}`);
