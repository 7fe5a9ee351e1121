// Parameter groups: parts of the parameters with a learning rate and options of their own.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { Parameter } from "../tensor/tensor.ts";

/** What the options of every optimizer have in common. */
export interface OptimizerOptions {
  /** Learning rate. */
  readonly lr?: number;
}

/** Parameters with options of their own. Options that are left out are the optimizer's. */
export type GroupOptions<Options> = Options & {
  readonly params: Parameter | Iterable<Parameter>;
};

/** What optimizers take: parameters, or groups of them. */
export type ParamsOrGroups<Options> = Iterable<Parameter> | Iterable<GroupOptions<Options>>;

/** Options with the defaults filled in. */
export type Filled<Options> = {
  readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined>;
};

/**
 * A group of an optimizer: its parameters, and its options by name. `lr` (and `momentum` or `betas`) may be set
 * between two steps and take effect at the next one; the other options are constants of the compiled step.
 */
export type ParamGroup<Options = OptimizerOptions> = {
  readonly params: readonly Parameter[];
} & { -readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/** A list of parameters as one group without options of its own; groups as they are. */
export function groupsOf<Options extends object>(
  where: string,
  given: ParamsOrGroups<Options>,
): GroupOptions<Partial<Options>>[] {
  const items = [...(given as Iterable<Parameter | GroupOptions<Partial<Options>>>)];
  if (items.length === 0) throw noParameters(where);
  const params = items.filter((item): item is Parameter => item instanceof Parameter);
  if (params.length === items.length) {
    const none: Partial<Options> = {};
    return [{ ...none, params }];
  }
  if (params.length > 0) {
    throw new OptionError(`${where}: parameters and groups of parameters are mixed`, {
      hint: "pass net.parameters(), or groups only: [{ params: …, lr: … }, …]",
    });
  }
  return items as GroupOptions<Partial<Options>>[];
}

/** Checks a group and fills its options in. */
export function splitGroup<Options extends object>(
  where: string,
  group: GroupOptions<Partial<Options>>,
  defaults: Filled<Options>,
): { readonly params: readonly Parameter[]; readonly options: Filled<Options> } {
  if (typeof group !== "object" || group === null || !("params" in group)) {
    throw new OptionError(`${where}: a group of parameters has no params`, {
      hint: "pass net.parameters(), or groups: [{ params: net.parameters(), lr: 0.1 }]",
    });
  }
  const { params: given, ...own } = group;
  checkOptions(where, own, Object.keys(defaults));
  const params = given instanceof Parameter ? [given] : [...given];
  if (params.length === 0) throw noParameters(where);
  const stranger = params.find((param) => !(param instanceof Parameter));
  if (stranger !== undefined) {
    throw new OptionError(`${where}: params holds what is no parameter`, {
      facts: [{ name: "found", value: String(stranger) }],
      hint: "pass net.parameters(), or new Parameter(tensor)",
    });
  }
  return { params, options: fillIn(own, defaults) };
}

/** The options with defaults for those that are not given. */
export function fillIn<Options extends object>(
  given: object,
  defaults: Filled<Options>,
): Filled<Options> {
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(known) };
}

/**
 * The object that people see.
 * @param options    present values, which `change` replaces
 * @param changeable names of the options that may be set
 */
export function paramGroup<Options extends object>(
  where: string,
  params: readonly Parameter[],
  options: () => Filled<Options>,
  changeable: readonly string[],
  change: (name: string, value: unknown) => void,
): ParamGroup<Options> {
  const group = { params };
  for (const name of Object.keys(options())) {
    Object.defineProperty(group, name, {
      enumerable: true,
      get: () => options()[name as keyof Filled<Options>],
      set: (value: unknown) => {
        if (changeable.includes(name)) return change(name, value);
        throw new OptionError(`${where}: ${name} cannot change between steps`, {
          facts: [{ name: "can", value: changeable.join(", ") }],
          hint: "make another optimizer",
        });
      },
    });
  }
  return group as ParamGroup<Options>;
}

function noParameters(where: string): OptionError {
  return new OptionError(`${where}: no parameters to optimize`, {
    hint: "pass net.parameters()",
  });
}
