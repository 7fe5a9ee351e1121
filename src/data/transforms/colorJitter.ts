// colorJitter: brightness, contrast, saturation and hue changed at random.
import type { Picture } from "../picture.ts";
import { checkNumber, checkRange, type Interval, type IntervalLike } from "./checks.ts";
import { between } from "./draw.ts";
import { adjustBrightness, adjustContrast, adjustSaturation } from "./functional/enhance.ts";
import { adjustHue } from "./functional/hue.ts";
import { type Transform, transform, withDefaults } from "./transform.ts";

export interface ColorJitterOptions {
  /** Factors from 1 − n (at least 0) to 1 + n, or the lowest and the highest (default 0: unchanged). */
  readonly brightness?: IntervalLike;
  /** Factors from 1 − n (at least 0) to 1 + n, or the lowest and the highest (default 0: unchanged). */
  readonly contrast?: IntervalLike;
  /** Factors from 1 − n (at least 0) to 1 + n, or the lowest and the highest (default 0: unchanged). */
  readonly saturation?: IntervalLike;
  /** Turns from −n to n, or the lowest and the highest, within −0.5 to 0.5 (default 0: unchanged). */
  readonly hue?: IntervalLike;
}

const defaults: Required<ColorJitterOptions> = {
  brightness: 0,
  contrast: 0,
  saturation: 0,
  hue: 0,
};

/**
 * Changes colours at random, the four properties in random order, as `torchvision.transforms.ColorJitter`.
 * Saturation and hue leave grey pictures as they are.
 * @param options brightness; contrast; saturation; hue
 * @throws OptionError for impossible or unknown options
 * @example String(colorJitter({ brightness: 0.2, hue: [0, 0.1] })) // "ColorJitter(brightness 0.2, hue [0, 0.1])"
 */
export function colorJitter(options: ColorJitterOptions = {}): Transform {
  const where = "colorJitter";
  const complete = withDefaults<Required<ColorJitterOptions>>(where, options, defaults);
  const factors = (name: "brightness" | "contrast" | "saturation"): Interval => {
    const value = complete[name];
    if (typeof value !== "number") return checkRange(where, name, value, { least: 0 });
    checkNumber(where, name, value, { least: 0 });
    return [Math.max(0, 1 - value), 1 + value];
  };
  const { hue } = complete;
  const limits = { least: -0.5, most: 0.5 };
  const turns = checkRange(where, "hue", typeof hue === "number" ? [-hue, hue] : hue, limits);
  const steps: readonly (readonly [Interval, (picture: Picture, factor: number) => Picture])[] = [
    [factors("brightness"), adjustBrightness],
    [factors("contrast"), adjustContrast],
    [factors("saturation"), adjustSaturation],
    [turns, adjustHue],
  ];
  return transform(where, options, defaults, (picture, random) => {
    const order = random.permutation(steps.length);
    const drawn = steps.map(([range]) => between(random, range));
    let changed = picture;
    for (const step of order) {
      const [, change] = steps[step] as (typeof steps)[number];
      changed = change(changed, drawn[step] as number);
    }
    return changed;
  });
}
