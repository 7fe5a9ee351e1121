// The settings of a training, in the address: a copied address trains the same.
import { computed } from "@preact/signals";
import {
  type OptimizerName,
  optimizerNames,
  type RunSettings,
  type ScheduleName,
  type StartName,
  scheduleNames,
  startNames,
} from "../engine/run/types.ts";
import { changeSettings, countSetting, setting } from "../location.ts";
import { presets } from "../network/presets.ts";
import { changeNetwork, network } from "../workbench.ts";
import { run } from "./store.ts";

/** Learning rates with which the optimizers usually begin. */
const usualRates: Readonly<Record<OptimizerName, number>> = {
  sgd: 0.1,
  adam: 0.002,
  adamw: 0.002,
  rmsprop: 0.001,
};

function oneOf<Name extends string>(names: readonly Name[], key: string): Name {
  const given = setting(key, names[0] as string);
  return names.find((name) => name === given) ?? (names[0] as Name);
}

function rateSetting(name: string, initial: number, most: number): number {
  const value = Number(setting(name, String(initial)));
  return Number.isFinite(value) && value >= 0 && value <= most ? value : initial;
}

/** What the page would train. */
export const settings = computed((): RunSettings => {
  const { name, text, inputShape } = network.value;
  const optimizer = oneOf<OptimizerName>(optimizerNames, "optimizer");
  const dataset = setting("data", "sample");
  const title = presets.find((preset) => preset.name === name)?.title ?? "own network";
  // With the usual weights, sigmoids keep the signal so small that training stands still for epochs.
  const hasSigmoids = /nn\.Sigmoid\b/.test(text);
  const usualStart = hasSigmoids ? "xavier" : "usual";
  const usualRate = hasSigmoids && optimizer === "sgd" ? 0.9 : usualRates[optimizer];
  const given = setting("start", usualStart);
  const open = run.value?.settings;
  return {
    title,
    network: text,
    // A network of the library, which a checkpoint brought, has no text of its own.
    ...(open?.model !== undefined && open.network === text ? { model: open.model } : {}),
    inputShape,
    dataset,
    start: startNames.find((each) => each === given) ?? (usualStart as StartName),
    optimizer,
    lr: rateSetting("lr", usualRate, 1000),
    momentum: rateSetting("momentum", 0, 0.9999),
    weightDecay: rateSetting("decay", 0, 10),
    schedule: oneOf<ScheduleName>(scheduleNames, "schedule"),
    epochs: countSetting("epochs", 20, 1, 10_000),
    batchSize: countSetting("batch", 32, 1, 4096),
    seed: countSetting("seed", 0, 0, 2 ** 31),
  };
});

/** Names of settings in the address. */
const keys = {
  dataset: "data",
  start: "start",
  optimizer: "optimizer",
  lr: "lr",
  momentum: "momentum",
  weightDecay: "decay",
  schedule: "schedule",
  epochs: "epochs",
  batchSize: "batch",
  seed: "seed",
} as const satisfies Partial<Record<keyof RunSettings, string>>;

export function change(name: keyof typeof keys, value: string | number): void {
  // Another optimizer begins with a rate of its own.
  changeSettings({ [keys[name]]: value, ...(name === "optimizer" ? { lr: null } : {}) });
}

/** Shows the settings of a training that was opened, unless the address asks for others. */
export function adopt(given: RunSettings): void {
  if (["net", ...Object.values(keys)].some((name) => setting(name, "") !== "")) return;
  changeNetwork({ text: given.network, inputShape: given.inputShape });
  const values = Object.entries(keys).map(([name, key]) => [
    key,
    given[name as keyof typeof keys] ?? null,
  ]);
  changeSettings(Object.fromEntries(values));
}

/**
 * Do the settings go on with the training that is open? Its name and its learning rate may change on the way; one from the
 * command line does not say how its weights began.
 */
export function isSameTraining(open: RunSettings, chosen: RunSettings): boolean {
  const bare = ({ title: _, lr: __, start = chosen.start, ...rest }: RunSettings): string =>
    JSON.stringify(Object.entries({ start, ...rest }).sort(([x], [y]) => (x < y ? -1 : 1)));
  return bare(open) === bare(chosen);
}
