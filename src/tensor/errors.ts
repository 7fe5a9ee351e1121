// The few error classes of Fovea. Each says what happened, the facts, and one likely fix;
// fields are for programs, the message is for people.

/** One aligned fact below the headline: a name, its value, and a remark such as the layout. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly remark?: string;
}

/** What an error may carry besides its headline. */
export interface ErrorDetails {
  readonly facts?: readonly Fact[];
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Base of all errors that Fovea raises on purpose. @example new FoveaError("conv2d: no", { hint: "yes" }).hint // "yes" */
export class FoveaError extends Error {
  readonly headline: string;
  readonly facts: readonly Fact[];
  readonly hint: string | undefined;
  /** Path of the module inside the model, outermost name first: `["features", "0"]`. */
  readonly path: readonly string[] = [];
  #where = "";

  constructor(headline: string, details: ErrorDetails = {}) {
    super(headline, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.headline = headline;
    this.facts = details.facts ?? [];
    this.hint = details.hint;
    this.message = this.#render();
  }

  /** Notes the module in which the error arose; outer containers add their names in front. */
  at(name: string, description?: string): this {
    (this.path as string[]).unshift(name);
    if (description !== undefined && this.#where === "") this.#where = description;
    this.message = this.#render();
    return this;
  }

  #render(): string {
    const rows = [...this.facts];
    if (this.path.length > 0 || this.#where !== "") {
      const where = this.#where === "" ? "" : ` (${this.#where})`;
      rows.push({ name: "at", value: `${this.path.join(".") || "model"}${where}` });
    }
    if (this.hint !== undefined) rows.push({ name: "hint", value: this.hint });
    const nameWidth = Math.max(...rows.map((row) => row.name.length), 6);
    const remarked = rows.filter((row) => row.remark !== undefined);
    const valueWidth = Math.max(...remarked.map((row) => row.value.length), 0);
    const lines = rows.map(
      ({ name, value, remark }) =>
        `  ${name.padEnd(nameWidth)}   ${remark === undefined ? value : `${value.padEnd(valueWidth)}   ${remark}`}`,
    );
    return [this.headline, ...lines].join("\n");
  }
}

/**
 * Shapes, sizes or indices that do not fit together.
 * @example new ShapeError("add: shapes do not fit").headline // "add: shapes do not fit"
 */
export class ShapeError extends FoveaError {}
/**
 * An operation was given elements of a type it does not take.
 * @example new DtypeError("log: takes float32").headline // "log: takes float32"
 */
export class DtypeError extends FoveaError {}
/**
 * A backend is missing, failed, or ran out of memory.
 * @example new BackendError("wasm: out of memory").headline // "wasm: out of memory"
 */
export class BackendError extends FoveaError {}
/**
 * A file is not what its format says: truncated, corrupt, wrong kind, or hostile.
 * @example new FormatError("png: truncated").headline // "png: truncated"
 */
export class FormatError extends FoveaError {}
/**
 * Data that cannot be used or found: a label out of range, a missing data set.
 * @example new DataError("mnist: not found").headline // "mnist: not found"
 */
export class DataError extends FoveaError {}
/**
 * An option or argument that does not exist or has an impossible value.
 * @example new OptionError("sgd: lr is negative").headline // "sgd: lr is negative"
 */
export class OptionError extends FoveaError {}

/**
 * The candidate nearest to `name` by edit distance, if it is near enough to be a typo.
 * @example nearest("lerning", ["learning", "batch"]) // "learning"
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance: insertions, deletions and substitutions cost one each. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** Refuses option names that `allowed` does not list: a typo is an error, with the nearest name. */
export function checkOptions(where: string, options: object, allowed: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (allowed.includes(name)) continue;
    const near = nearest(name, allowed);
    throw new OptionError(`${where}: unknown option "${name}"`, {
      facts: [{ name: "known", value: allowed.join(", ") || "none" }],
      ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    });
  }
}
