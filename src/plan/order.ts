// In which stage a launch runs: after what it needs, and where temporaries take least memory. Launches of one stage do not
// depend on each other, and may run at the same time.
import { divideStages, withoutGaps } from "./divide.ts";

/** What matters of a launch here; slots are temporaries or bound ones alike. */
export interface Task {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Better late than early, all else being equal. */
  readonly last: boolean;
}

export interface OrderOptions {
  /** Bytes of each slot that lives as long as tasks touch it; 0 for one that is there all the time. */
  readonly bytes: readonly number[];
  /** Slots (second) that lie in the same memory as others (first), which must have been read by then. */
  readonly overwrites: readonly (readonly [read: number, written: number])[];
}

/** A temporary smaller than this share of the largest one is not worth a move. */
const worthMoving = 1 / 64;
/** Moves of one task make room for moves of others: passes over all of them, backward and forward in turns. */
const passes = 4;

/**
 * A stage for each task, from 0 without gaps. Each is first given the earliest stage that it can have (`last` ones the very
 * last). Then tasks go to where what they touch lives for the shortest time: copies to just before they are
 * read, an update to just after its gradient. Stages in which most memory is in use are divided.
 */
export function orderTasks(tasks: readonly Task[], { bytes, overwrites }: OrderOptions): number[] {
  const links = dependencies(tasks, overwrites);
  const touches = touchesOf(tasks, bytes);
  const settle = (stages: readonly number[]): number[] => settled(stages, links, touches);
  const divided = (
    stages: readonly number[],
    earlier: readonly number[],
    later: readonly number[],
  ) => {
    // What was divided stays apart.
    for (const i of earlier) links.after[i]?.push(...later);
    for (const i of later) links.before[i]?.push(...earlier);
    return settle(stages);
  };
  return divideStages(settle(earliest(tasks, links.before)), tasks, bytes, divided);
}

/** The stages once no task gains by a move alone, or after some passes. */
function settled(
  stages: readonly number[],
  { before, after }: Links,
  touches: readonly (readonly Touch[])[],
): number[] {
  const stageOf = [...stages];
  const end = Math.max(-1, ...stageOf);
  const moving = touches.flatMap((own, i) => (own.length > 0 ? [i] : []));
  for (let pass = 0; pass < passes; pass++) {
    let moved = false;
    for (const i of pass % 2 === 0 ? moving.toReversed() : moving) {
      const from = Math.max(0, ...(before[i] as number[]).map((j) => (stageOf[j] as number) + 1));
      const to = Math.min(end, ...(after[i] as number[]).map((j) => (stageOf[j] as number) - 1));
      if (from === to) continue;
      const best = bestStage(i, touches[i] as Touch[], [from, to], stageOf);
      moved ||= best !== stageOf[i];
      stageOf[i] = best;
    }
    if (!moved) break;
  }
  return withoutGaps(stageOf);
}

/** Tasks that must come before, and after, each one. */
interface Links {
  readonly before: readonly number[][];
  readonly after: readonly number[][];
}

function dependencies(tasks: readonly Task[], overwrites: OrderOptions["overwrites"]): Links {
  const before: Set<number>[] = tasks.map(() => new Set());
  const writers = new Map<number, number[]>();
  const readers = new Map<number, number[]>();
  const at = (map: Map<number, number[]>, slot: number): number[] => map.get(slot) ?? [];
  const add = (map: Map<number, number[]>, slot: number, i: number): void =>
    void map.set(slot, [...at(map, slot), i]);
  tasks.forEach(({ reads, writes }, i) => {
    // A slot that several tasks write is filled by them together, in any order.
    for (const slot of reads) {
      if (!writes.includes(slot)) for (const j of at(writers, slot)) before[i]?.add(j);
    }
    for (const slot of writes) for (const j of at(readers, slot)) before[i]?.add(j);
    for (const slot of reads) if (!writes.includes(slot)) add(readers, slot, i);
    for (const slot of writes) add(writers, slot, i);
  });
  for (const [read, written] of overwrites) {
    for (const i of at(writers, written))
      for (const j of at(readers, read)) if (i !== j) before[i]?.add(j);
  }
  const after: number[][] = tasks.map(() => []);
  before.forEach((others, i) => {
    for (const j of others) after[j]?.push(i);
  });
  return { before: before.map((others) => [...others]), after };
}

/** The earliest stage of each task; `last` ones come after all others. */
function earliest(tasks: readonly Task[], before: readonly (readonly number[])[]): number[] {
  const stageOf: number[] = tasks.map(() => 0);
  let floor = 0;
  for (const last of [false, true]) {
    tasks.forEach((task, i) => {
      if (task.last !== last) return;
      const others = (before[i] as number[]).map((j) => (stageOf[j] as number) + 1);
      stageOf[i] = Math.max(floor, ...others);
    });
    floor = Math.max(-1, ...stageOf) + 1;
  }
  return stageOf;
}

/** A slot that a task touches and that is worth moving it for. */
interface Touch {
  readonly bytes: number;
  /** All tasks that touch it. */
  readonly users: readonly number[];
  /** By how many stages its life gets shorter, for each one that this task is later. */
  readonly share: number;
}

function touchesOf(tasks: readonly Task[], bytes: readonly number[]): Touch[][] {
  const least = Math.max(1, ...bytes) * worthMoving;
  const slotsOf = tasks.map(({ reads, writes }) =>
    [...new Set([...reads, ...writes])].filter((slot) => (bytes[slot] ?? 0) >= least),
  );
  // What needs no other value, such as zeros for the edges of a padded one, can be made as late as one likes.
  const canWait = tasks.map(({ writes }, i) => slotsOf[i]?.every((slot) => writes.includes(slot)));
  const users = new Map<number, number[]>();
  const makers = new Map<number, number>();
  slotsOf.forEach((slots, i) => {
    for (const slot of slots) {
      users.set(slot, [...(users.get(slot) ?? []), i]);
      if (tasks[i]?.writes.includes(slot) && !canWait[i])
        makers.set(slot, (makers.get(slot) ?? 0) + 1);
    }
  });
  return tasks.map(({ writes }, i) =>
    (slotsOf[i] as number[]).map((slot) => {
      // Where several make a value together, its life begins later only if all come later.
      const made = writes.includes(slot) ? 1 / (canWait[i] ? 1 : (makers.get(slot) as number)) : 0;
      return { bytes: bytes[slot] as number, users: users.get(slot) as number[], share: made };
    }),
  );
}

/** The stage from `from` to `to` at which what a task touches lives shortest; where it is, if none is better. */
function bestStage(
  i: number,
  touches: readonly Touch[],
  [from, to]: readonly [number, number],
  stageOf: readonly number[],
): number {
  const terms = touches.map(({ bytes, users, share }) => {
    const others = users.filter((j) => j !== i).map((j) => stageOf[j] as number);
    return { bytes, share, end: Math.max(-1, ...others) };
  });
  const cost = (stage: number): number =>
    terms.reduce(
      (sum, { bytes, share, end }) => sum + bytes * (Math.max(end, stage) - share * stage),
      0,
    );
  let best = stageOf[i] as number;
  // Between these the cost is linear.
  for (const stage of [from, ...terms.map(({ end }) => end).sort((a, b) => a - b), to]) {
    if (stage >= from && stage <= to && cost(stage) < cost(best)) best = stage;
  }
  return best;
}
