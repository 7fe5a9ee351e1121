// Another engine instead of the present one, because something else is to compute or the GPU was lost: what is trained moves.
import { effect, untracked } from "@preact/signals";
import { changeCompute, computeChoice } from "../compute.ts";
import { ask, lostGpu, restartEngine } from "../engine/client.ts";
import type { ComputeChoice } from "../engine/compute.ts";
import { attempt, isMoving, run, show, status, train, unsaved } from "./store.ts";

let moving: Promise<void> | null = null;

/** Lets this compute. A training that runs is stopped and kept, and opened there. */
export async function computeOn(choice: ComputeChoice): Promise<void> {
  changeCompute(choice);
  await (moving ?? move());
}

/** After the GPU was lost: opens the run as it was kept, and trains on if it was being trained. */
export async function recover(choice: ComputeChoice): Promise<void> {
  const wasTrained = status.value === "running" || status.value === "failed";
  await computeOn(choice);
  if (wasTrained && run.value !== null) await train();
}

function move(): Promise<void> {
  isMoving.value = true;
  moving = moveRun().finally(() => {
    isMoving.value = false;
    moving = null;
  });
  return moving;
}

async function moveRun(): Promise<void> {
  const open = run.value;
  // Stopping keeps it; of a lost GPU nothing can be kept.
  if (open !== null && lostGpu.value === null) await ask("runStop", {}).catch(() => {});
  // Until it is there again, nothing is asked about it.
  show(null);
  restartEngine();
  unsaved.value = null;
  if (open === null) return;
  await attempt(async () => {
    // One that was never trained is not kept: the same settings make the same network.
    const { id, settings } = open;
    show(await ask("runLoad", { id }).catch(() => ask("runOpen", { settings })));
  });
}

// An address may ask for something else too.
let begun: ComputeChoice | null = null;
effect(() => {
  const choice = computeChoice.value;
  if (begun !== null && begun !== choice && moving === null) untracked(() => void move());
  begun = choice;
});
