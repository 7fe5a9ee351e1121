// The library's modules as the package gives them to pages: those of `src/` as JavaScript, without what only tests and Node use.
// Bundlers find them by the condition "browser" of package.json, and take of them what a page reaches.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join } from "node:path";
import { parseAst } from "vite";
import { inPages, isOp, type SyntaxNode, slimOp } from "./slim.ts";

/** What only Node has; `absent.ts` stands for it. */
const leftOut = /^backend\/(native|reference)\/(?!absent\.ts$)/;

/** Names of other modules, and of scripts that workers are started with. */
const specifiers = /(?<=(?:\bfrom|\bimport\(|\bimport|new URL\() ?)"(\.[^"]+\.ts)"/g;

/** Writes them into a folder. */
export function writePageModules(root: string, folder: string): void {
  const source = join(root, "src");
  for (const path of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".ts") || leftOut.test(path)) continue;
    const target = join(folder, path.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, pageModule(join(source, path)));
  }
}

function pageModule(path: string): string {
  const code = stripTypeScriptTypes(readFileSync(path, "utf8"));
  const slimmed = isOp(path) ? slimOp(code, path, parseAst(code) as unknown as SyntaxNode) : code;
  return slimmed.replace(specifiers, (_, name: string) =>
    JSON.stringify(inPages(name).replace(/\.ts$/, ".js")),
  );
}

if (import.meta.main) writePageModules(process.cwd(), process.argv[2] as string);
