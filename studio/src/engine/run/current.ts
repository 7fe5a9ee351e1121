// The training that the pages look at: one at a time, kept in the engine while pages come and go.
import { Tensor } from "../../../../src/index.ts";
import { StudioError } from "../studioError.ts";
import type { Session } from "./session.ts";

let current: Session | null = null;

export function currentRun(): Session | null {
  return current;
}

/** Makes another one current; the one before ends its training first. */
export async function setCurrentRun(run: Session | null): Promise<void> {
  const before = current;
  current = run;
  if (before !== null && before !== run) await before.stop();
}

/** @throws StudioError if there is none */
export function requireRun(): Session {
  if (current !== null) return current;
  throw new StudioError(
    { en: "there is no network yet", zh: "还没有网络" },
    {
      hint: {
        en: "train one on the page Train, or open one on the page Runs",
        zh: "在“训练”页训练一个，或在“记录”页打开一个",
      },
    },
  );
}

/**
 * Does something with the network while no step of its training is under way: at once if it is not being trained, and
 * otherwise between two steps. The job leaves the network as it finds it (mode, weights).
 */
export function atRest<Result>(job: () => Promise<Result>): Promise<Result> {
  return current === null ? job() : current.atRest(job);
}

/** Pictures as the network takes them: NCHW `[batch, channels, height, width]`, normalised as in its training. */
export function inputOf(run: Session, pixels: Float32Array): Tensor {
  const [channels, height, width] = run.settings.inputShape;
  const batch = pixels.length / (channels * height * width);
  return normalizedFor(run, Tensor.from(pixels, { shape: [batch, channels, height, width] }));
}

/** @param x pictures from 0 to 1 */
export function normalizedFor({ data }: Session, x: Tensor): Tensor {
  const { normalize = null } = data.test;
  if (normalize === null) return x;
  const each = (values: number | readonly number[]): Tensor => {
    const list = Float32Array.from([values].flat());
    return Tensor.from(list, { shape: [list.length, 1, 1] });
  };
  return x.sub(each(normalize.mean)).div(each(normalize.std));
}
