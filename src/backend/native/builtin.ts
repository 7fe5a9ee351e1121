// Node's own modules, for code that runs in Node only.
import { BackendError } from "../../tensor/errors.ts";
import { node } from "../node.ts";

type Name = NonNullable<Parameters<typeof node>[0]>;

/** @throws BackendError outside Node */
export function builtin<N extends Name>(name: N): NonNullable<ReturnType<typeof node<N>>> {
  const found = node(name);
  if (found === null) throw new BackendError("native: this backend runs in Node only");
  return found as NonNullable<ReturnType<typeof node<N>>>;
}
