// Copies that would be kept over the time at which most memory is in use are made again after it: a padded image that
// pooling reads, and its gradient long after. What they are copied from must be there anyway.
import type { Kernel, Statement, Value } from "../kernel/ir.ts";
import { bytesInUse, slotLives } from "./divide.ts";
import type { PlannedLaunch, PlannedSlot } from "./planner.ts";

/** Launches, and the stages in which they run. */
export interface Arrangement {
  readonly launches: readonly PlannedLaunch[];
  readonly slots: readonly PlannedSlot[];
  /** Launches that run before the program proper, from constants alone. */
  readonly isOnce: readonly boolean[];
  readonly stageOf: readonly number[];
}

/** A copy is made again if then at most this share of the memory is needed; less is not worth the time. */
const worthwhile = 1 - 1 / 64;
/** Below this there is no need to save. */
const enough = 4 * 2 ** 20;

/** @param arrange gives launches their stages */
export function remakeCopies(
  start: Arrangement,
  arrange: (given: Omit<Arrangement, "stageOf">) => number[],
): Arrangement {
  let present = start;
  for (;;) {
    const use = usedBy(present);
    const peak = Math.max(0, ...use);
    if (peak < enough) return present;
    const copy = largestCopy(present, use.indexOf(peak), peak);
    if (copy === null) return present;
    const given = withCopyTwice(present, copy);
    const next = { ...given, stageOf: arrange(given) };
    if (Math.max(...usedBy(next)) > peak * worthwhile) return present;
    present = next;
  }
}

function usedBy({ launches, slots, stageOf }: Arrangement): number[] {
  const bytes = slots.map((slot) => (slot.binding < 0 ? slot.bytes : 0));
  return bytesInUse(stageOf, slotLives(launches, bytes));
}

/** A copy that lives over a stage in which nothing touches it. */
interface KeptCopy {
  readonly slot: number;
  /** Numbers of the launches that make it, and of those that read it after that stage. */
  readonly makers: readonly number[];
  readonly late: readonly number[];
}

function largestCopy(
  { launches, slots, isOnce, stageOf }: Arrangement,
  stage: number,
  peak: number,
): KeptCopy | null {
  const users = slots.map((): number[] => []);
  launches.forEach(({ reads, writes }, i) => {
    for (const slot of new Set([...reads, ...writes])) users[slot]?.push(i);
  });
  const writes = (i: number, slot: number): boolean => launches[i]?.writes.includes(slot) === true;
  const isThere = (slot: number): boolean =>
    (slots[slot]?.binding ?? -1) >= 0 ||
    users[slot]?.some((i) => (stageOf[i] as number) >= stage) === true;
  let best: KeptCopy | null = null;
  slots.forEach(({ bytes, binding }, slot) => {
    const least = best === null ? peak * (1 - worthwhile) : (slots[best.slot]?.bytes as number);
    if (binding >= 0 || bytes <= least) return;
    const own = users[slot] as number[];
    const makers = own.filter((i) => writes(i, slot));
    const readers = own.filter((i) => !writes(i, slot));
    const late = readers.filter((i) => (stageOf[i] as number) > stage);
    const isKept =
      late.length > 0 && late.length < readers.length && own.every((i) => stageOf[i] !== stage);
    if (!isKept || makers.some((i) => isOnce[i] || (stageOf[i] as number) > stage)) return;
    const sources = new Set(makers.flatMap((i) => launches[i]?.reads ?? []));
    sources.delete(slot);
    const isCopy = makers.every((i) => {
      const { writes: written, kernel } = launches[i] as PlannedLaunch;
      return written.length === 1 && onlyCopies(kernel);
    });
    // One source, complete before the copy was first made.
    const stays = [...sources].every(
      (source) =>
        isThere(source) &&
        users[source]?.every((i) => !writes(i, source) || i < Math.min(...makers)) === true,
    );
    if (isCopy && sources.size === 1 && stays) best = { slot, makers, late };
  });
  return best;
}

/** The launches with a second copy, made before the late ones, which read it instead. */
function withCopyTwice(
  { launches, slots, isOnce }: Arrangement,
  { slot, makers, late }: KeptCopy,
): Omit<Arrangement, "stageOf"> {
  const again = slots.length;
  const rename = (other: number): number => (other === slot ? again : other);
  const renamed = (i: number): PlannedLaunch => {
    const launch = launches[i] as PlannedLaunch;
    const [reads, writes] = [launch.reads.map(rename), launch.writes.map(rename)];
    return { ...launch, slots: launch.slots.map(rename), reads, writes };
  };
  const first = Math.min(...late);
  const order = launches.flatMap((launch, i) => {
    const own = late.includes(i) ? renamed(i) : launch;
    return i === first ? [...makers.map(renamed), own] : [own];
  });
  return {
    launches: order,
    slots: [...slots, slots[slot] as PlannedSlot],
    isOnce: isOnce.toSpliced(first, 0, ...makers.map(() => false)),
  };
}

/** Does a kernel compute nothing? */
function onlyCopies({ body }: Kernel): boolean {
  return body.every(isCopying);
}

function isCopying(statement: Statement): boolean {
  if (statement.op === "for") return statement.body.every(isCopying);
  return "value" in statement && statement.op !== "letIndex" && isCopied(statement.value);
}

function isCopied(value: Value): boolean {
  if (value.op === "splat") return isCopied(value.value);
  if (value.op === "lane") return isCopied(value.a);
  return ["const", "local", "load", "gather"].includes(value.op);
}
