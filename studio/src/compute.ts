// What is to compute, as people choose it: in the address where it is given there, otherwise as it was chosen last.
import { computed, effect } from "@preact/signals";
import { type ComputeChoice, computeChoices } from "./engine/compute.ts";
import { changeSettings, setting } from "./location.ts";
import { stored } from "./stored.ts";

function isChoice(value: string): value is ComputeChoice {
  return computeChoices.some((choice) => choice === value);
}

const lastUsed = stored<ComputeChoice>("compute", "auto", isChoice);

const given = computed((): ComputeChoice | null => {
  const value = setting("compute", "");
  return isChoice(value) ? value : null;
});

// The pages that follow keep to what an address asked for.
effect(() => {
  if (given.value !== null) lastUsed.value = given.value;
});

export const computeChoice = computed((): ComputeChoice => given.value ?? lastUsed.value);

/** Takes a GPU that is none but computes on the processor: for tests, `?software` before the hash. */
export const allowsSoftware = new URLSearchParams(location.search).has("software");

export function changeCompute(choice: ComputeChoice): void {
  lastUsed.value = choice;
  changeSettings({ compute: choice });
}
