// Module hooks: a .ts file of this repository is read as TypeScript's compiler has written it to
// FOVEA_MATRIX_COMPILED, under its own address: paths that the code makes from its address hold.
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const compiled = process.env.FOVEA_MATRIX_COMPILED;

export function load(url, context, nextLoad) {
  const path = pathOf(url);
  if (path === null) return nextLoad(url, context);
  const source = readFileSync(path, "utf8");
  return { format: "module", source, shortCircuit: true };
}

/** The compiled file of a module, or null if it has none. */
function pathOf(url) {
  if (!url.startsWith("file:") || !url.endsWith(".ts")) return null;
  const name = relative(root, fileURLToPath(url));
  if (name.startsWith("..") || name.startsWith("node_modules")) return null;
  const path = join(compiled, name.replace(/\.ts$/, ".js"));
  return existsSync(path) ? path : null;
}

/** The compiler has written `./a.js` for `./a.ts`. */
export function resolve(specifier, context, nextResolve) {
  const parent = context.parentURL;
  if (specifier.startsWith(".") && specifier.endsWith(".js") && parent && pathOf(parent) !== null) {
    const source = new URL(specifier.replace(/\.js$/, ".ts"), parent);
    if (pathOf(source.href) !== null) return { url: source.href, shortCircuit: true };
  }
  return nextResolve(specifier, context);
}
