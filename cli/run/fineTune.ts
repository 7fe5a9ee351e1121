// Starting from a trained network, and leaving parts of one as they are.
import { DataError, type nn, OptionError, Tensor, train } from "../../src/index.ts";
import type { RunSettings } from "./settings.ts";

/** A network for images of another size has a layer in front of it. */
const front = "network.";

function withoutFront(path: string): string {
  return path.startsWith(front) ? path.slice(front.length) : path;
}

/**
 * Settings of a run that starts from a checkpoint: the network is that one.
 * @throws OptionError if another one is asked for
 */
export function settingsFrom(settings: RunSettings, { model }: train.Checkpoint): RunSettings {
  const { inChannels, numClasses: _, imageSize: __, inputSize, ...own } = model.options;
  if (settings.model !== model.name) {
    throw new OptionError(`${settings.fineTune} is a ${model.name}, not a ${settings.model}`, {
      hint: `fine-tune it as what it is: train ${model.name} --fine-tune …`,
    });
  }
  const others = Object.entries(settings.modelOptions).filter(
    ([name, value]) => own[name] !== value,
  );
  if (others.length > 0 || settings.normalize !== "none") {
    throw new OptionError("a trained network keeps its own options and normalisation", {
      hint: "leave out --model.NAME and --normalize",
    });
  }
  const channels = inChannels === 3 ? 3 : inChannels === 1 ? 1 : settings.channels;
  const saved = typeof inputSize === "number" ? inputSize : null;
  return {
    ...settings,
    modelOptions: own as RunSettings["modelOptions"],
    inputSize: settings.inputSize ?? saved,
    channels,
  };
}

/**
 * Puts a checkpoint's weights into a network, but for the last layer if the classes are others, or in another order.
 * @returns paths of the parameters that begin anew
 * @throws DataError if hardly anything fits
 */
export function startFrom(
  net: nn.Module,
  checkpoint: train.Checkpoint,
  classes: readonly string[],
): string[] {
  const isSameTask = classes.join("\n") === checkpoint.classes.join("\n");
  const head = isSameTask ? null : lastLayer(net);
  // The average of the weights is what was tested.
  const kind = checkpoint.ema === null ? "model." : "ema.";
  const saved = new Map(
    [...checkpoint.tensors]
      .filter(([name]) => name.startsWith(kind))
      .map(([name, tensor]) => [withoutFront(name.slice(kind.length)), tensor]),
  );
  const values = new Map<string, Tensor>();
  const fresh: string[] = [];
  for (const [path, variable] of net.stateDict()) {
    const tensor = saved.get(withoutFront(path));
    const shape = tensor?.shape ?? [];
    const isSame =
      shape.length === variable.shape.length && shape.every((n, i) => n === variable.shape[i]);
    const isKept = head === null || !path.startsWith(head);
    if (tensor !== undefined && isSame && isKept)
      values.set(path, Tensor.from(tensor.data as Float32Array, { shape, dtype: variable.dtype }));
    else fresh.push(path);
  }
  if (fresh.length > values.size) {
    throw new DataError("the checkpoint does not fit this network", {
      facts: [
        { name: "fits", value: `${values.size} of ${values.size + fresh.length} tensors` },
        { name: "not", value: fresh.slice(0, 4).join(", ") },
      ],
    });
  }
  net.loadStateDict(values, { strict: false });
  return fresh;
}

/**
 * Freezes what the settings name.
 * @returns how many parameters are frozen
 * @throws OptionError for a path that is not in the network, or if nothing is left to learn
 */
export function freezeParts(net: nn.Module, which: string | null): number {
  if (which === null) return 0;
  const paths = Array.from(net.namedParameters(), ([path]) => path);
  if (which === "backbone") {
    const layer = lastLayer(net);
    for (const path of paths) if (!path.startsWith(layer)) train.freeze(net, path);
  } else {
    const isFronted = paths.every((path) => path.startsWith(front));
    for (const part of which.split(","))
      train.freeze(net, `${isFronted ? front : ""}${part.trim()}`);
  }
  const frozen = net.parameters().filter(({ requiresGrad }) => !requiresGrad);
  if (frozen.length === paths.length)
    throw new OptionError(`--freeze ${which}: nothing is left to learn`);
  return frozen.reduce((sum, { numel }) => sum + numel, 0);
}

/** How the paths of the last layer's parameters begin: "7." of "7.weight" and "7.bias". */
function lastLayer(net: nn.Module): string {
  const last = Array.from(net.namedParameters(), ([path]) => path).at(-1) ?? "";
  return last.slice(0, last.lastIndexOf(".") + 1);
}
