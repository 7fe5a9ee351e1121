// What only tests and Node use, left out of what pages get: by a plugin of Vite for pages made of the sources, and in the
// package's modules for pages. Nothing that a page can reach changes.
import type { Plugin } from "vite";

/** What an op's value holds for tests alone: cases, and the float64 loops that the reference backend interprets. */
const instead: Readonly<Record<string, string>> = {
  cases: "cases: []",
  reference: "reference: null",
};

/** Backends that no page has, each with a module that says so. */
const withoutBackends = /(?<=\/backend\/(?:native|reference)\/)index(?=\.ts$)/;
/** What only pages load when they need it. */
const atOnce = /(?<=\/)atOnce(?=\.ts$)/;

/** What a page imports instead of a module. */
export function inPages(specifier: string): string {
  return specifier.replace(withoutBackends, "absent").replace(atOnce, "onDemand");
}

/** An ESTree node. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/**
 * Ops without their cases and reference loops, and neither native code nor the reference backend. Constant folding asks
 * pointwise ops for their reference, which is made from their formula: those stay.
 */
export function slim(): Plugin[] {
  return [withoutNode, withoutTests];
}

const withoutNode: Plugin = {
  name: "fovea-without-node",
  enforce: "pre",
  resolveId(source, importer) {
    if (importer === undefined || inPages(source) === source) return;
    return this.resolve(inPages(source), importer, { skipSelf: true });
  },
};

const withoutTests: Plugin = {
  name: "fovea-without-tests",
  enforce: "post",
  transform(code, id) {
    if (!isOp(id)) return;
    return { code: slimOp(code, id, this.parse(code) as unknown as SyntaxNode), map: null };
  },
};

/** Is it a file of an op? */
export function isOp(path: string): boolean {
  return /\/src\/ops\/\w+\.ts$/.test(path);
}

/** The JavaScript of an op's file without what it holds for tests alone. */
export function slimOp(code: string, path: string, program: SyntaxNode): string {
  const keys = path.endsWith("/pointwise.ts") ? ["cases"] : Object.keys(instead);
  let rest = code;
  // From the end, so that places stay right.
  for (const { start, end, text } of unusedIn(program, keys).reverse())
    rest = rest.slice(0, start) + text + rest.slice(end);
  return rest;
}

interface Unused {
  readonly start: number;
  readonly end: number;
  /** What stands there instead. */
  readonly text: string;
}

/** What pages have no use for, in the order of the text: properties by these keys, and lists of cases. */
function unusedIn(node: SyntaxNode, keys: readonly string[]): Unused[] {
  const { start, end } = node;
  if (node.type === "Property" && keys.includes(nameOf(node.key)))
    return [{ start, end, text: instead[nameOf(node.key)] as string }];
  if (node.type === "VariableDeclarator" && nameOf(node.id).toLowerCase().endsWith("cases")) {
    const list = node.init as SyntaxNode;
    if (list?.type === "ArrayExpression") return [{ start: list.start, end, text: "[]" }];
  }
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode))
    .sort((a, b) => a.start - b.start)
    .flatMap((inner) => unusedIn(inner, keys));
}

function nameOf(node: unknown): string {
  return String((node as SyntaxNode | null | undefined)?.name ?? "");
}

function isNode(value: unknown): value is SyntaxNode {
  return (
    typeof value === "object" && value !== null && typeof (value as SyntaxNode).type === "string"
  );
}
