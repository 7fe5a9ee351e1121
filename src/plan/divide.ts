// Stages in which most memory is in use are divided: what need not be there at the same time comes one after another.
import type { Task } from "./order.ts";

/** Stages are divided only while more than this is in use: a stage more costs threads a meeting. */
const worthDividing = 4 * 2 ** 20;
/** By what share less must be in use for that. */
const worthwhile = 1 / 128;
const mostDivisions = 32;

/**
 * The stages with those divided that hold most, as long as less is needed then.
 * @param settle moves tasks where they gain after a division, and keeps these ones in this order from then on
 */
export function divideStages(
  stages: readonly number[],
  tasks: readonly Task[],
  bytes: readonly number[],
  settle: (
    stages: readonly number[],
    earlier: readonly number[],
    later: readonly number[],
  ) => number[],
): number[] {
  const large = slotLives(tasks, bytes);
  let stageOf = [...stages];
  let use = bytesInUse(stageOf, large);
  for (let division = 0; division < mostDivisions; division++) {
    const peak = Math.max(0, ...use);
    if (peak < worthDividing) break;
    const divided = divide(stageOf, use.indexOf(peak), tasks, large);
    if (divided === null) break;
    const next = settle(divided.stageOf, divided.earlier, divided.later);
    const nextUse = bytesInUse(next, large);
    if (divided.bytes > peak * (1 - worthwhile) || Math.max(...nextUse) > peak) break;
    [stageOf, use] = [next, nextUse];
  }
  return stageOf;
}

/** A slot that lives from the first task that touches it to the last. */
export interface SlotLife {
  readonly bytes: number;
  readonly users: readonly number[];
}

/** Slots with a size, and the tasks that touch them. */
export function slotLives(tasks: readonly Task[], bytes: readonly number[]): SlotLife[] {
  const users = new Map<number, Set<number>>();
  tasks.forEach(({ reads, writes }, i) => {
    for (const slot of [...reads, ...writes])
      if ((bytes[slot] ?? 0) > 0) users.set(slot, (users.get(slot) ?? new Set()).add(i));
  });
  return [...users].map(([slot, who]) => ({ bytes: bytes[slot] as number, users: [...who] }));
}

/** Bytes in use at each stage. */
export function bytesInUse(stageOf: readonly number[], slots: readonly SlotLife[]): number[] {
  const changes = new Array<number>(Math.max(-1, ...stageOf) + 2).fill(0);
  for (const { bytes, users } of slots) {
    const stages = users.map((i) => stageOf[i] as number);
    (changes[Math.min(...stages)] as number) += bytes;
    (changes[Math.max(...stages) + 1] as number) -= bytes;
  }
  let sum = 0;
  return changes.slice(0, -1).map((change) => (sum += change));
}

interface Division {
  readonly stageOf: number[];
  /** Most that is in use in the two stages. */
  readonly bytes: number;
  readonly earlier: readonly number[];
  readonly later: readonly number[];
}

/** The stage with one task before or after the others, whichever needs least; null if it has one alone. */
function divide(
  stageOf: readonly number[],
  stage: number,
  tasks: readonly Task[],
  slots: readonly SlotLife[],
): Division | null {
  const touching = new Set(slots.flatMap(({ users }) => users));
  const members = tasks.flatMap((_, i) => (stageOf[i] === stage && touching.has(i) ? [i] : []));
  if (members.length < 2) return null;
  const alive = slots.filter(({ users }) => {
    const stages = users.map((i) => stageOf[i] as number);
    return Math.min(...stages) <= stage && stage <= Math.max(...stages);
  });
  let best: Division | null = null;
  for (const member of members) {
    for (const first of [true, false]) {
      // The others are in the middle, the member before them or after them; what is earlier or later lies outside.
      const near = stageOf.map((own, i) =>
        i === member ? (first ? 1 : 3) : 2 + 2 * Math.sign(own - stage),
      );
      const bytes = Math.max(...bytesInUse(near, alive).slice(1, 4));
      if (bytes >= (best?.bytes ?? Infinity)) continue;
      // Two numbers for each stage: the member takes the free one.
      const apart = stageOf.map((own, i) => 2 * own + (i === member ? (first ? 0 : 2) : 1));
      const others = members.filter((i) => i !== member);
      const [earlier, later] = first ? [[member], others] : [others, [member]];
      best = { stageOf: withoutGaps(apart), bytes, earlier, later };
    }
  }
  return best;
}

/** The same order with numbers from 0. */
export function withoutGaps(stageOf: readonly number[]): number[] {
  const used = [...new Set(stageOf)].sort((a, b) => a - b);
  const rank = new Map(used.map((stage, i) => [stage, i]));
  return stageOf.map((stage) => rank.get(stage) as number);
}
