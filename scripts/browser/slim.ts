// A plugin of Vite that leaves out of a page what only tests and Node use. Nothing that a page can reach changes.
import type { Plugin } from "vite";

/** What an op's value holds for tests alone: cases, and the float64 loops that the reference backend interprets. */
const instead: Readonly<Record<string, string>> = {
  cases: "cases: []",
  reference: "reference: null",
};

interface Named {
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
    if (importer === undefined || !/\/backend\/(native|reference)\/index\.ts$/.test(source)) return;
    return this.resolve(source.replace("index.ts", "absent.ts"), importer, { skipSelf: true });
  },
};

const withoutTests: Plugin = {
  name: "fovea-without-tests",
  enforce: "post",
  transform(code, id) {
    if (!/\/src\/ops\/\w+\.ts$/.test(id)) return;
    let rest = code;
    // From the end, so that places stay right.
    for (const { start, end, name } of unusedIn(this.parse(code) as unknown as Named).reverse()) {
      rest = rest.slice(0, start) + instead[name] + rest.slice(end);
    }
    return { code: rest, map: null };
  },
};

interface Unused {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Properties that pages have no use for, in the order of the text: of the op values of a file, objects with a name and cases. */
function unusedIn(node: Named): Unused[] {
  if (node.type === "ObjectExpression") {
    const properties = (node.properties as Named[]).filter(({ type }) => type === "Property");
    const named = new Map(properties.map((each) => [keyOf(each), each]));
    const name = named.get("name")?.value as Named | undefined;
    if (name?.type === "Literal" && named.has("cases")) {
      return properties.flatMap((each) => {
        const key = keyOf(each);
        if (!Object.hasOwn(instead, key)) return unusedIn(each);
        return [{ name: key, start: each.start, end: each.end }];
      });
    }
  }
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode))
    .sort((a, b) => a.start - b.start)
    .flatMap(unusedIn);
}

function keyOf({ key }: Named): string {
  return String((key as Named | undefined)?.name ?? "");
}

function isNode(value: unknown): value is Named {
  return typeof value === "object" && value !== null && typeof (value as Named).type === "string";
}
