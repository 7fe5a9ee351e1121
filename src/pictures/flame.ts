// A step as a flame picture, hanging from above: the step, its parts, the modules, the kernels. Widths are times, colours are
// kinds of work. Every box tells its numbers in a tooltip.
import { element, escapeXml, fitText, formatPercent, picture, text } from "./svg.ts";

/** A kernel, as `inspect.profile` gives it. */
export interface FlameKernel {
  readonly label: string;
  readonly kind: string;
  readonly phase: string;
  /** Dotted path of the module. */
  readonly path: string;
  readonly ms: number;
  readonly gflopsPerSecond: number;
  readonly gigabytesPerSecond: number;
}

/** What the picture is drawn from: an `inspect.profile`. */
export interface FlameProfile {
  readonly backend: string;
  readonly threads: number;
  /** The GPU's name, where one computes. */
  readonly device?: string | null;
  readonly stepMs: number;
  readonly kernelMs: number;
  readonly overheadMs: number;
  readonly kernels: readonly FlameKernel[];
}

export interface FlameOptions {
  /** Name of the network or step (default "Profile"). */
  readonly title?: string;
}

/** A box: a part of the step, a module, or (at the ends) a kernel. */
interface Box {
  readonly name: string;
  /** With the modules around it. */
  readonly fullName: string;
  readonly kernel: FlameKernel | null;
  readonly children: Box[];
  ms: number;
}

const size = { width: 930, left: 28, row: 22, legendRow: 20, legendColumns: 3 };
const inner = size.width - 2 * size.left;
/** Of kinds of work, longest first; those that are too many to be told apart are grey. */
const colours = ["run0", "run1", "run2", "run3", "run4", "run5", "run6", "run7"];
const otherColour = "train";
/** Narrower boxes cannot be seen. */
const leastPixels = 0.3;

/**
 * Where the time of a step goes, as an SVG file: step, forward and backward, modules, kernels.
 * @param profile what `inspect.profile` found
 * @param options title
 * @returns SVG text, light or dark as the viewer prefers
 * @example
 * const rates = { gflopsPerSecond: 40, gigabytesPerSecond: 2 };
 * const kernel = { label: "0 conv2d+bias", kind: "conv forward", phase: "forward", path: "0", ms: 2, ...rates };
 * const found = { backend: "wasm", threads: 2, stepMs: 2.5, kernelMs: 2, overheadMs: 0.5, kernels: [kernel] };
 * flame(found, { title: "a layer" }).includes("80.0% of the step") // true
 */
export function flame(profile: FlameProfile, { title = "Profile" }: FlameOptions = {}): string {
  const root = tree(profile);
  const kinds = totals(profile.kernels);
  const top = 84 + size.legendRow * Math.ceil(kinds.length / size.legendColumns);
  const colourOf = new Map(kinds.map(({ kind }, i) => [kind, colours[i] ?? otherColour]));
  const boxes = [...drawn(root, { x: size.left, y: top, width: inner, whole: root.ms, colourOf })];
  const words = summarize(profile);
  return picture(
    {
      ...{ id: "flame", width: size.width, height: top + depthOf(root) * size.row + 28 },
      ...{ title, description: words },
    },
    [
      text(size.left, 38, fitText(title, inner, 17), "title ink"),
      text(size.left, 60, words, "muted"),
      ...legend(kinds, colourOf),
      ...boxes,
    ],
  );
}

/** Step, parts of the step, modules by the parts of their paths, kernels; all in the order in which they run. */
function tree({ stepMs, kernelMs, kernels }: FlameProfile): Box {
  const ms = Math.max(stepMs, kernelMs);
  const root: Box = { name: "step", fullName: "step", kernel: null, children: [], ms };
  for (const kernel of kernels) {
    let box = root;
    for (const name of [kernel.phase, ...kernel.path.split(".").filter((part) => part !== "")]) {
      let child = box.children.find((one) => one.kernel === null && one.name === name);
      if (child === undefined) {
        const isPart = box === root || box.name === kernel.phase;
        const fullName = isPart ? name : `${box.fullName}.${name}`;
        child = { name, fullName, kernel: null, children: [], ms: 0 };
        box.children.push(child);
      }
      child.ms += kernel.ms;
      box = child;
    }
    const { label, ms } = kernel;
    box.children.push({ name: label, fullName: label, kernel, children: [], ms });
  }
  return joined(root);
}

/** A module with nothing but one module in it makes one box with it. */
function joined(box: Box): Box {
  const children = box.children.map(joined);
  const [only] = children;
  const isPart = ["step", "forward", "backward", "update"].includes(box.name);
  if (isPart || children.length !== 1 || only === undefined || only.kernel !== null)
    return { ...box, children };
  return { ...only, name: `${box.name}.${only.name}` };
}

function depthOf({ children }: Box): number {
  return 1 + Math.max(0, ...children.map(depthOf));
}

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Milliseconds of the whole step, for shares. */
  readonly whole: number;
  readonly colourOf: ReadonlyMap<string, string>;
}

/** A box, and those below it. */
function* drawn(box: Box, frame: Frame): Generator<string> {
  const { x, y, width, whole, colourOf } = frame;
  if (width < leastPixels) return;
  const { kernel } = box;
  const colour = kernel === null ? "bar" : (colourOf.get(kernel.kind) as string);
  const gap = Math.min(1, width / 4);
  const shape = { x, y, width: width - gap, height: size.row - 1, rx: Math.min(2, width / 4) };
  const name = width < 24 ? "" : fitText(shortName(box), width - 14, 11);
  const words =
    name === "" ? "" : text(x + 4, y + 15, name, `small ${kernel === null ? "ink" : "on-accent"}`);
  const tooltip = element("title", {}, escapeXml(told(box, whole)));
  yield element("g", {}, `${tooltip}${element("rect", { class: colour, ...shape })}${words}`);
  let from = x;
  for (const child of box.children) {
    const part = box.ms > 0 ? (width * child.ms) / box.ms : 0;
    yield* drawn(child, { ...frame, x: from, y: y + size.row, width: part });
    from += part;
  }
}

/** The module stands above the kernel already. */
function shortName({ name, kernel }: Box): string {
  const isBelow = kernel !== null && kernel.path !== "" && name.startsWith(`${kernel.path} `);
  return isBelow ? name.slice(kernel.path.length + 1) : name;
}

function told({ fullName: name, kernel, ms }: Box, whole: number): string {
  const time = `${milliseconds(ms)}, ${formatPercent(whole > 0 ? ms / whole : 0)} of the step`;
  if (kernel === null) return `${name}\n${time}`;
  const rates = `${kernel.gflopsPerSecond.toFixed(1)} GFLOP/s, ${kernel.gigabytesPerSecond.toFixed(1)} GB/s`;
  return `${name}\n${kernel.kind}, ${kernel.phase}\n${time}\n${rates}`;
}

interface KindTotal {
  readonly kind: string;
  readonly ms: number;
}

function totals(kernels: readonly FlameKernel[]): KindTotal[] {
  const sums = new Map<string, number>();
  for (const { kind, ms } of kernels) sums.set(kind, (sums.get(kind) ?? 0) + ms);
  return [...sums].map(([kind, ms]) => ({ kind, ms })).sort((a, b) => b.ms - a.ms);
}

/** Colour, name and time of each kind, longest first. */
function legend(kinds: readonly KindTotal[], colourOf: ReadonlyMap<string, string>): string[] {
  return kinds.flatMap(({ kind, ms }, i) => {
    const x = size.left + (i % size.legendColumns) * (inner / size.legendColumns);
    const y = 86 + size.legendRow * Math.floor(i / size.legendColumns);
    const colour = colourOf.get(kind);
    return [
      element("rect", { class: colour, x, y: y - 9, width: 10, height: 10, rx: 2 }),
      text(x + 16, y, `${kind}, ${milliseconds(ms)}`, "small ink"),
    ];
  });
}

/** What the picture says, in words. */
function summarize(profile: FlameProfile): string {
  const { backend, threads, device = null, stepMs, overheadMs, kernels } = profile;
  const longest = kernels.toSorted((a, b) => b.ms - a.ms)[0];
  const where =
    device === null
      ? `${backend}, ${threads} ${threads === 1 ? "thread" : "threads"}`
      : `${backend} (${device})`;
  const rest = overheadMs > 0 ? `, ${milliseconds(overheadMs)} of it outside of kernels` : "";
  const most =
    longest === undefined ? "" : ` Longest: ${longest.label}, ${milliseconds(longest.ms)}.`;
  return fitText(`A step takes ${milliseconds(stepMs)} on ${where}${rest}.${most}`, inner);
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 1 ? 3 : ms < 100 ? 2 : 0)} ms`;
}
