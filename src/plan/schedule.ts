// Launches in stages, and temporaries in the arena: the last steps of a plan.
import type { KernelProgram, Slot } from "../kernel/ir.ts";
import { layOut } from "./memory.ts";
import { orderTasks } from "./order.ts";
import type { PlannedLaunch, PlannedSlot, Planner } from "./planner.ts";
import { type Arrangement, remakeCopies } from "./remake.ts";

/** A program in two: what follows from constants alone, and the rest. */
export interface FixedPlan {
  /** Runs before the first run of `main`, and when constants have changed. */
  readonly once: KernelProgram;
  readonly main: KernelProgram;
  /** Bytes of the results of `once`: bindings of both programs, after leaves and outputs. */
  readonly kept: readonly number[];
}

/** What the schedule is told of the graph. */
export interface ScheduleOptions {
  /** Indices of leaves that stay as they are. */
  readonly constants: readonly number[];
  /** Number of leaves and outputs. */
  readonly bindings: number;
  /** Slots of leaves, and of the outputs that lie in the same memory. */
  readonly overwrites: readonly (readonly [leaf: number, output: number])[];
}

/** Orders launches in stages, and gives temporaries their places. */
export function schedule(planner: Planner, options: ScheduleOptions): FixedPlan {
  const { constants, bindings, overwrites } = options;
  const isOnce = onceLaunches(planner, constants);
  const kept = keepResults(planner, isOnce, bindings);
  const arrange = (given: Omit<Arrangement, "stageOf">): number[] => stagesOf(given, overwrites);
  const { launches, slots } = planner;
  const given = { launches, slots, isOnce };
  const arranged = remakeCopies({ ...given, stageOf: arrange(given) }, arrange);
  const { launches: placed, ...memory } = placeSlots(arranged);
  const stages = (once: boolean) =>
    Array.from({ length: Math.max(-1, ...arranged.stageOf) + 1 }, (_, stage) => ({
      launches: placed.filter(
        (_, i) => arranged.stageOf[i] === stage && arranged.isOnce[i] === once,
      ),
    })).filter(({ launches }) => launches.length > 0);
  return {
    once: { ...memory, stages: stages(true) },
    main: { ...memory, stages: stages(false) },
    kept,
  };
}

/** A stage for each launch: those that run once first. */
function stagesOf(
  { slots, launches, isOnce }: Omit<Arrangement, "stageOf">,
  overwrites: ScheduleOptions["overwrites"],
): number[] {
  const bytes = slots.map(({ bytes, binding }) => (binding < 0 ? bytes : 0));
  const stageOf: number[] = [];
  let first = 0;
  for (const once of [true, false]) {
    const chosen = launches.map((_, i) => i).filter((i) => isOnce[i] === once);
    const tasks = chosen.map((i) => launches[i] as PlannedLaunch);
    const stages = orderTasks(tasks, { bytes, overwrites });
    chosen.forEach((i, n) => {
      stageOf[i] = first + (stages[n] as number);
    });
    first += Math.max(-1, ...stages) + 1;
  }
  return stageOf;
}

/** Which launches read constants, and what was made of them, only? */
function onceLaunches({ slots, launches }: Planner, constants: readonly number[]): boolean[] {
  const isOnce = launches.map(() => false);
  if (constants.length === 0) return isOnce;
  const bindings = new Set(constants);
  const known = new Set(
    slots.flatMap(({ binding }, slot) => (bindings.has(binding) ? [slot] : [])),
  );
  const writersOf = new Map<number, number[]>();
  launches.forEach(({ writes }, i) => {
    for (const slot of writes) writersOf.set(slot, [...(writersOf.get(slot) ?? []), i]);
  });
  // Until no more is found: a place may be filled by several launches, which must all be of this kind.
  for (let before = -1; before !== known.size; ) {
    before = known.size;
    launches.forEach(({ reads, writes, last }, i) => {
      const isTemporary = writes.every((slot) => (slots[slot] as PlannedSlot).binding < 0);
      const own = new Set(writes);
      isOnce[i] = !last && isTemporary && reads.every((slot) => known.has(slot) || own.has(slot));
    });
    for (const [slot, writers] of writersOf) if (writers.every((i) => isOnce[i])) known.add(slot);
  }
  // Zeros around a place that others fill are needed in each run.
  return launches.map(
    ({ writes }, i) => isOnce[i] === true && writes.every((slot) => known.has(slot)),
  );
}

/** Gives results that outlive the first program a binding each; their sizes. */
function keepResults(planner: Planner, isOnce: readonly boolean[], bindings: number): number[] {
  const made = new Set(planner.launches.flatMap(({ writes }, i) => (isOnce[i] ? writes : [])));
  const read = new Set(planner.launches.flatMap(({ reads }, i) => (isOnce[i] ? [] : reads)));
  return [...made].flatMap((slot) => {
    if (!read.has(slot)) return [];
    const kept = planner.slots[slot] as PlannedSlot;
    planner.slots[slot] = { ...kept, binding: bindings++ };
    return [kept.bytes];
  });
}

/** Offsets of temporaries, and the launches with numbers of slots as a program has them. */
function placeSlots({ launches, slots: planned, stageOf }: Arrangement): {
  slots: Slot[];
  arenaBytes: number;
  launches: PlannedLaunch[];
} {
  const from = new Map<number, number>();
  const to = new Map<number, number>();
  launches.forEach(({ reads, writes }, i) => {
    const stage = stageOf[i] as number;
    for (const slot of [...reads, ...writes]) {
      from.set(slot, Math.min(from.get(slot) ?? stage, stage));
      to.set(slot, Math.max(to.get(slot) ?? stage, stage));
    }
  });
  const lifetimes = planned.map(({ bytes, binding }, slot) => ({
    bytes: binding >= 0 || !from.has(slot) ? 0 : bytes,
    from: from.get(slot) ?? 0,
    to: to.get(slot) ?? 0,
  }));
  const { offsets, bytes: arenaBytes } = layOut(lifetimes);
  // Bound slots come in the order of their bindings; temporaries after them.
  const order = planned
    .map((_, slot) => slot)
    .filter((slot) => (planned[slot] as PlannedSlot).binding >= 0);
  order.sort((a, b) => (planned[a] as PlannedSlot).binding - (planned[b] as PlannedSlot).binding);
  const arena = planned
    .map((_, slot) => slot)
    .filter((slot) => (planned[slot] as PlannedSlot).binding < 0);
  const position = new Map([...order, ...arena].map((slot, i) => [slot, i]));
  const slots = [...order, ...arena].map((slot): Slot => {
    const { bytes, binding, node } = planned[slot] as PlannedSlot;
    if (binding >= 0) return { kind: "bound", bytes };
    const offset = offsets[slot] as number;
    const [first, last] = [from.get(slot), to.get(slot)];
    // A value whose computation was put into another kernel has a slot that nobody touches.
    if (first === undefined || last === undefined) return { kind: "arena", offset, bytes };
    const use = { ...node.scope, core: node.op?.name ?? "", from: first, to: last };
    return { kind: "arena", offset, bytes, use };
  });
  const placed = launches.map((launch) => ({
    ...launch,
    slots: launch.slots.map((slot) => position.get(slot) as number),
  }));
  return { slots, arenaBytes, launches: placed };
}
