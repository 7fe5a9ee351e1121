// What an optimizer remembers, as plain data and tensors, and whether that fits another optimizer.
import { type Fact, FormatError } from "../tensor/errors.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A group of parameters, as saved. */
export interface SavedGroup {
  /** Numbers of its parameters. */
  readonly params: readonly number[];
  /** All options, the learning rate among them. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Everything an optimizer remembers, as plain data and variables. */
export interface OptimizerState {
  /** Class of the optimizer. */
  readonly type: string;
  readonly paramGroups: readonly SavedGroup[];
  /** Steps taken, for each parameter. */
  readonly steps: readonly number[];
  /** State by `"<parameter number>.<name>"`. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Throws unless a saved state fits.
 * @param changeable options that may differ
 * @param refusal    why a group cannot have these options, or null
 * @throws FormatError that lists everything that does not fit
 */
export function checkSavedState(
  own: OptimizerState,
  saved: OptimizerState,
  changeable: readonly string[],
  refusal: (group: number, options: SavedGroup["options"]) => string | null,
): void {
  const faults =
    saved.type === own.type
      ? [
          ...groupFaults(own.paramGroups, saved.paramGroups, changeable, refusal),
          ...tensorFaults(own, saved),
        ]
      : [{ name: "optimizer", value: `${saved.type}, this is ${own.type}` }];
  if (faults.length === 0) return;
  throw new FormatError(`${own.type}: the saved state does not fit this optimizer`, {
    facts: faults,
  });
}

function groupFaults(
  own: readonly SavedGroup[],
  saved: readonly SavedGroup[],
  changeable: readonly string[],
  refusal: (group: number, options: SavedGroup["options"]) => string | null,
): Fact[] {
  if (saved.length !== own.length) {
    return [{ name: "groups", value: `${saved.length}, this has ${own.length}` }];
  }
  return own.flatMap(({ params, options }, group) => {
    const theirs = saved[group] as SavedGroup;
    const remark = own.length === 1 ? {} : { remark: `group ${group}` };
    const faults: Fact[] = [];
    if (theirs.params.length !== params.length) {
      faults.push({
        name: "parameters",
        value: `${theirs.params.length}, this has ${params.length}`,
        ...remark,
      });
    }
    for (const name of new Set([...Object.keys(options), ...Object.keys(theirs.options)])) {
      const [there, here] = [JSON.stringify(theirs.options[name]), JSON.stringify(options[name])];
      if (there === here || (changeable.includes(name) && there !== undefined)) continue;
      faults.push({ name: "option", value: `${name} ${there}, this has ${here}`, ...remark });
    }
    const refused = faults.length === 0 ? refusal(group, theirs.options) : null;
    return refused === null ? faults : [{ name: "option", value: refused, ...remark }];
  });
}

function tensorFaults(own: OptimizerState, saved: OptimizerState): Fact[] {
  const faults: Fact[] = [];
  if (saved.steps.length !== own.steps.length) {
    faults.push({ name: "steps", value: `${saved.steps.length}, needed ${own.steps.length}` });
  }
  for (const [name, { shape }] of own.tensors) {
    const found = saved.tensors.get(name);
    if (found === undefined) faults.push({ name: "missing", value: name });
    else if (!sameShape(found.shape, shape)) {
      faults.push({
        name: "shape",
        value: `${name} ${formatShape(found.shape)}, needed ${formatShape(shape)}`,
      });
    }
  }
  for (const name of saved.tensors.keys()) {
    if (!own.tensors.has(name)) faults.push({ name: "unexpected", value: name });
  }
  return faults;
}
