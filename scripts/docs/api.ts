// The public API as plain data: every export of `src/index.ts` and of its namespaces, with its docstring, read
// through the TypeScript compiler. The reference (`npm run docs`) and the test of the docstrings are made from it.
import { readFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Node, SyntaxKind } from "typescript/unstable/ast";
import {
  API,
  type Checker,
  type NodeHandle,
  type Project,
  SymbolFlags,
  type Symbol as TsSymbol,
} from "typescript/unstable/sync";
import { type DocComment, parseDoc } from "./docComment.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export type EntryKind = "function" | "class" | "interface" | "type" | "constant";

export interface Entry {
  readonly kind: EntryKind;
  readonly name: string;
  /** As written in the source, without bodies. */
  readonly signatures: readonly string[];
  /** null where there is none. */
  readonly doc: DocComment | null;
  /** Path from the root of the repository. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Public methods, properties and options. */
  readonly members: readonly Member[];
}

export interface Member {
  readonly name: string;
  readonly isMethod: boolean;
  /** Does it stand in for a method of the base class, which has the docstring? */
  readonly isOverride: boolean;
  readonly signatures: readonly string[];
  readonly doc: DocComment | null;
}

/** The exports of one namespace; the name of the first, that of `src/index.ts` itself, is empty. */
export interface Namespace {
  readonly name: string;
  readonly entries: readonly Entry[];
  /** Names that are exported for other parts of Fovea and have no entry. */
  readonly internal: readonly string[];
}

/** Reads the whole API; takes about a second. */
export function readApi(): Namespace[] {
  const api = new API({ cwd: root });
  try {
    const snapshot = api.updateSnapshot({ openProjects: [`${root}/tsconfig.json`] });
    const [project] = snapshot.getProjects() as [Project];
    const index = project.program.getSourceFile(`${root}/src/index.ts`);
    const module = index === undefined ? undefined : project.checker.getSymbolAtLocation(index);
    if (module === undefined) throw new Error("src/index.ts is not a module");
    return namespaces(project.checker, module, "");
  } finally {
    api.close();
  }
}

function namespaces(checker: Checker, module: TsSymbol, name: string): Namespace[] {
  const exported = checker
    .getExportsOfModule(module)
    .map((symbol) => ({ name: symbol.name, symbol: resolve(checker, symbol) }));
  // A class that has static methods declared elsewhere is a module too.
  const isModule = ({ symbol: { flags } }: { symbol: TsSymbol }) =>
    (flags & SymbolFlags.Module) !== 0 && (flags & SymbolFlags.Class) === 0;
  const own = exported.filter((item) => !isModule(item));
  const inner = exported.filter(isModule);
  const found = own.map((item) => ({ name: item.name, entry: entryOf(item.symbol, item.name) }));
  const entries = found.flatMap(({ entry }) => entry ?? []);
  const internal = found.filter(({ entry }) => entry === null).map((item) => item.name);
  return [
    { name, entries: entries.sort((a, b) => (a.name < b.name ? -1 : 1)), internal },
    ...inner.flatMap((item) =>
      namespaces(checker, item.symbol, name === "" ? item.name : `${name}.${item.name}`),
    ),
  ];
}

function resolve(checker: Checker, symbol: TsSymbol): TsSymbol {
  return (symbol.flags & SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

/** null for what is exported for other parts of Fovea: the values that describe ops. */
function entryOf(symbol: TsSymbol, name: string): Entry | null {
  const declarations = symbol.declarations.map(declarationOf);
  const [first] = declarations;
  // An export that does not resolve has no declaration; the type check names it.
  if (first === undefined) return null;
  const kind = kinds[first.node.kind];
  if (kind === undefined) return null;
  if (kind === "constant" && name.endsWith("Op")) return null;
  const doc = docOf(declarations);
  if (doc?.isInternal) return null;
  const { file, line } = first;
  return {
    kind,
    name,
    signatures: signaturesOf(declarations),
    doc,
    file,
    line,
    members: kind === "class" || kind === "interface" ? membersOf(symbol) : [],
  };
}

const kinds: Readonly<Partial<Record<SyntaxKind, EntryKind>>> = {
  [SyntaxKind.FunctionDeclaration]: "function",
  [SyntaxKind.ClassDeclaration]: "class",
  [SyntaxKind.InterfaceDeclaration]: "interface",
  [SyntaxKind.TypeAliasDeclaration]: "type",
  [SyntaxKind.VariableDeclaration]: "constant",
};

/** One place where a symbol is declared. */
interface Declaration {
  readonly node: Node;
  /** The whole statement; for a constant that is two levels up. */
  readonly outer: Node;
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

const texts = new Map<string, string>();

function declarationOf(handle: NodeHandle): Declaration {
  const node = handle.resolve();
  if (node === undefined) throw new Error(`no node at ${handle.path}`);
  const outer = node.kind === SyntaxKind.VariableDeclaration ? node.parent.parent : node;
  const path = outer.getSourceFile().fileName;
  const text = texts.get(path) ?? readFileSync(path, "utf8");
  texts.set(path, text);
  const line = text.slice(0, outer.getStart()).split("\n").length;
  return { node, outer, text, file: relative(root, path).replaceAll("\\", "/"), line };
}

/** The last docstring before a declaration. */
function docOf(declarations: readonly Declaration[]): DocComment | null {
  for (const { outer, text } of declarations) {
    const before = text.slice(outer.pos, outer.getStart());
    const comment = [...before.matchAll(/\/\*\*(.*?)\*\//gs)].at(-1);
    if (comment !== undefined) return parseDoc(comment[1] as string);
  }
  return null;
}

/** Source text up to the body. Of overloads, those without one count. */
function signaturesOf(declarations: readonly Declaration[]): string[] {
  const overloads = declarations.filter(({ node }) => bodyOf(node) === undefined);
  const chosen = overloads.length > 0 ? overloads : declarations;
  return chosen.map(({ node, outer, text }) => {
    const from = outer.getStart();
    const isType =
      node.kind === SyntaxKind.ClassDeclaration || node.kind === SyntaxKind.InterfaceDeclaration;
    const end = isType ? text.indexOf("{\n", from) : (bodyOf(node)?.getStart() ?? outer.end);
    const signature = text.slice(from, end < 0 ? outer.end : end);
    return signature.replace(/^(export |declare |override |readonly |public )+/g, "").trim();
  });
}

function bodyOf(node: Node): Node | undefined {
  return (node as Node & { readonly body?: Node }).body;
}

/** Without those that are private, protected, or named for the machine. */
function membersOf(symbol: TsSymbol): Member[] {
  const declared = [...symbol.getMembers().values()];
  const isFirst = ({ flags }: TsSymbol) => (flags & SymbolFlags.Constructor) !== 0;
  const members = [
    ...declared.filter(isFirst),
    ...staticsOf(symbol),
    ...declared.filter((member) => !isFirst(member)),
  ];
  return members.flatMap((member) => {
    const declarations = member.declarations.map(declarationOf);
    const isConstructor = isFirst(member);
    const isShown = isConstructor || /^[a-zA-Z]/.test(member.name);
    const shown = declarations.filter(({ node }) => {
      const text = node.getText();
      return !/^((override|readonly|static|async|abstract) )*(private|protected|#)/.test(text);
    });
    if (!isShown || shown.length === 0 || isTypeParameter(member)) return [];
    return {
      name: isConstructor ? "constructor" : member.name,
      isMethod: (member.flags & SymbolFlags.Method) !== 0,
      isOverride: shown.some(({ node }) => /^(\w+ )*override /.test(node.getText())),
      signatures: signaturesOf(shown),
      doc: docOf(shown),
    };
  });
}

function staticsOf(symbol: TsSymbol): TsSymbol[] {
  return [...symbol.getExports().values()].filter(({ name }) => name !== "prototype");
}

function isTypeParameter({ flags }: TsSymbol): boolean {
  return (flags & SymbolFlags.TypeParameter) !== 0;
}
