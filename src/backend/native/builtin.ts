// Node's own modules, for code that runs in Node only.
import { type NodeModules, nodeModule } from "../../tensor/environment.ts";
import { BackendError } from "../../tensor/errors.ts";

/** @throws BackendError outside Node */
export function builtin<Name extends keyof NodeModules>(name: Name): NodeModules[Name] {
  const found = nodeModule(name);
  if (found === null) throw new BackendError("native: this backend runs in Node only");
  return found;
}
