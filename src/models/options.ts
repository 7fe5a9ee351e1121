// Options that all networks take, and their checks.
import { checkOptions, OptionError } from "../tensor/errors.ts";

export interface ImageModelOptions {
  /** Channels of the images (default 1: grey). */
  readonly inChannels?: number;
  /** Number of classes (default 10). */
  readonly numClasses?: number;
}

export interface SizedModelOptions extends ImageModelOptions {
  /** Height and width of the images: dense layers are made for one size. */
  readonly inputSize?: number;
}

/** Two forms of one network: as the textbook trains it, or with torchvision's layers and names. */
export type ModelForm = "textbook" | "torchvision";

/** The options, all known and possible. */
export function checkModelOptions(model: string, options: object, names: readonly string[]): void {
  checkOptions(model, options, names);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (name === "form") {
      if (value !== "textbook" && value !== "torchvision") {
        throw new OptionError(`${model}: there is no form "${String(value)}"`, {
          facts: [{ name: "known", value: "textbook, torchvision" }],
        });
      }
    } else if (name === "dropout") {
      if (!(typeof value === "number" && value >= 0 && value <= 1)) {
        throw new OptionError(`${model}: dropout is ${String(value)}`, {
          hint: "give a probability, 0 to 1",
        });
      }
    } else if (name === "width") {
      if (!(typeof value === "number" && value > 0 && Number.isFinite(value))) {
        throw new OptionError(`${model}: width is ${String(value)}`, {
          hint: "give a factor on the number of channels, such as 0.5",
        });
      }
    } else if (!Number.isInteger(value) || (value as number) < 1) {
      throw new OptionError(
        `${model}: ${name} must be a whole number of at least 1, got ${String(value)}`,
      );
    }
  }
}

/** Channels of a layer in a network that is `width` times as wide. */
export function scaled(channels: number, width: number): number {
  return Math.max(1, Math.round(channels * width));
}
