// The network that Build, Train and Probe share: in the address where it is given there, otherwise the one that was used
// last. A preset is named; any other network stands in the address as its text.
import { computed } from "@preact/signals";
import type { InputShape } from "./engine/run/types.ts";
import { changeSettings, setting } from "./location.ts";
import { type Preset, presets } from "./network/presets.ts";
import { stored } from "./stored.ts";

export interface NetworkChoice {
  /** Of a preset, or "own". */
  readonly name: string;
  readonly text: string;
  readonly inputShape: InputShape;
}

interface Kept {
  readonly net: string;
  /** Only of an own network. */
  readonly text?: string;
  readonly input?: string;
}

const lastUsed = stored<string>("network", JSON.stringify({ net: "lenet-today" }), (value) => {
  try {
    return choiceOf(JSON.parse(value) as Kept) !== null;
  } catch {
    return false;
  }
});

/** The network in use. */
export const network = computed((): NetworkChoice => {
  const net = setting("net", "");
  const given =
    net === "" ? null : choiceOf({ net, text: setting("text", ""), input: setting("input", "") });
  return given ?? choiceOf(JSON.parse(lastUsed.value) as Kept) ?? ofPreset(presets[0] as Preset);
});

/** Uses another network, or changes this one. Text and shape that are a preset's are named so. */
export function changeNetwork(change: Partial<Omit<NetworkChoice, "name">>): void {
  const { text, inputShape } = { ...network.value, ...change };
  const input = inputShape.join("x");
  const preset = presets.find((each) => each.text === text && each.inputShape.join("x") === input);
  const kept: Kept = preset === undefined ? { net: "own", text, input } : { net: preset.name };
  lastUsed.value = JSON.stringify(kept);
  changeSettings({ net: kept.net, text: kept.text ?? null, input: kept.input ?? null });
}

function choiceOf({ net, text, input }: Kept): NetworkChoice | null {
  const preset = presets.find(({ name }) => name === net);
  if (preset !== undefined) return ofPreset(preset);
  const inputShape = (input ?? "").split("x").map(Number);
  const isShape =
    inputShape.length === 3 && inputShape.every((size) => Number.isInteger(size) && size > 0);
  // A text may be empty: whoever cleared it begins anew.
  if (net !== "own" || text === undefined || !isShape) return null;
  return { name: "own", text, inputShape: inputShape as unknown as InputShape };
}

function ofPreset({ name, text, inputShape }: Preset): NetworkChoice {
  return { name, text, inputShape };
}
