// Single elements that are loaded only to be spread over the lanes are loaded and spread in one value: machines have one
// instruction for both, and the broadcast of a register takes one of the units that add and multiply.
import type { Local, Statement, Value } from "./ir.ts";
import { evaluatedBy, within } from "./walk.ts";

/** The statements of a kernel, with such loads moved into the statement that follows them. */
export function spreadLoads(body: readonly Statement[]): readonly Statement[] {
  const uses = new Map<Local, number>();
  countUses(body, uses);
  return joined(body, uses);
}

function countUses(body: readonly Statement[], uses: Map<Local, number>): void {
  const count = (local: Local): void => {
    uses.set(local, (uses.get(local) ?? 0) + 1);
  };
  for (const statement of body) {
    if (statement.op === "set") count(statement.local);
    if ("body" in statement) countUses(statement.body, uses);
    const value = evaluatedBy(statement);
    if (value === null) continue;
    for (const part of within(value)) if (part.op === "local") count(part.local);
  }
}

function joined(body: readonly Statement[], uses: ReadonlyMap<Local, number>): Statement[] {
  const result: Statement[] = [];
  for (const original of body) {
    const statement =
      "body" in original ? { ...original, body: joined(original.body, uses) } : original;
    const last = result.at(-1);
    const spread = last === undefined ? null : withLoad(last, statement, uses);
    if (spread !== null) result.pop();
    result.push(spread ?? statement);
  }
  return result;
}

/** The second statement with the load that the first one binds, if that is all it is bound for; else null. */
function withLoad(
  first: Statement,
  second: Statement,
  uses: ReadonlyMap<Local, number>,
): Statement | null {
  if (first.op !== "let" || uses.get(first.local) !== 1) return null;
  const { local, value: load } = first;
  if (load.op !== "load" || load.type.lanes !== 1) return null;
  if (second.op !== "let" && second.op !== "set") return null;
  const value = replaced(second.value, local, load);
  return value === second.value ? null : { ...second, value };
}

/** A value with `load` in place of the spread local; the same value if it spreads no such local. */
function replaced(value: Value, local: Local, load: Value): Value {
  switch (value.op) {
    case "splat":
      return value.value.op === "local" && value.value.local === local
        ? { ...value, value: load }
        : value;
    case "fma": {
      const [a, b, c] = [value.a, value.b, value.c].map((part) => replaced(part, local, load));
      if (a === value.a && b === value.b && c === value.c) return value;
      return { ...value, a: a as Value, b: b as Value, c: c as Value };
    }
    default:
      return value;
  }
}
