// Two networks that are trained side by side on the sample, an epoch each in turn. They stay in the engine while pages come and
// go: a training that was left goes on where it stood.
import { type nn, optim, Tensor, train } from "../../../../src/index.ts";
import { fashionSample } from "../fashionSample.ts";
import { type Difference, makePair, type Pair, type PairSettings } from "./networks.ts";

/** Where one network stands after an epoch. */
export interface Standing {
  /** Mean over the epoch's pictures; null before the first, and once it is no longer a number. */
  readonly loss: number | null;
  /** Share of the test pictures. */
  readonly accuracy: number;
}

export interface PairPoint {
  /** From 0, before training. */
  readonly epoch: number;
  readonly standings: Pair<Standing>;
}

export class PairSession {
  readonly nets: Pair<nn.Sequential>;
  readonly points: PairPoint[] = [];
  readonly #optimizers: Pair<optim.Optimizer>;
  readonly #diverged: [boolean, boolean] = [false, false];
  #isStopping = false;
  #running: Promise<void> | null = null;
  #held = false;
  #release: () => void = () => {};

  constructor(settings: PairSettings) {
    this.nets = makePair(settings);
    const factory = optim.sgd({ lr: settings.lr });
    this.#optimizers = [factory(this.nets[0].parameters()), factory(this.nets[1].parameters())];
  }

  /**
   * Trains both for some epochs more, or until `stop()`.
   * @param tell how far it is; a point after each epoch
   */
  async train(
    epochs: number,
    tell: (share: number, point: PairPoint | null) => void,
  ): Promise<void> {
    await this.stop();
    this.#isStopping = false;
    this.#running = this.#train(epochs, tell).finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  async #train(
    epochs: number,
    tell: (share: number, point: PairPoint | null) => void,
  ): Promise<void> {
    if (this.points.length === 0) tell(0, await this.#first());
    for (let done = 0; done < epochs && !this.#isStopping; done++) {
      const epoch = this.points.length;
      const part = (side: 0 | 1): Promise<Standing> =>
        this.#epoch(side, epoch, (share) => tell((done + (side + share) / 2) / epochs, null));
      const point: PairPoint = { epoch, standings: [await part(0), await part(1)] };
      this.points.push(point);
      tell((done + 1) / epochs, point);
      await this.#whileHeld();
    }
  }

  async #first(): Promise<PairPoint> {
    const { test } = await fashionSample();
    const standing = async (net: nn.Module): Promise<Standing> => ({
      loss: null,
      accuracy: (await train.evaluate(net, test)).accuracy,
    });
    const [plain, other] = this.nets;
    const point: PairPoint = {
      epoch: 0,
      standings: [await standing(plain), await standing(other)],
    };
    this.points.push(point);
    return point;
  }

  async #epoch(side: 0 | 1, epoch: number, share: (part: number) => void): Promise<Standing> {
    const { train: data, test } = await fashionSample();
    const net = this.nets[side];
    const lost = async (): Promise<Standing> => {
      this.#diverged[side] = true;
      return { loss: null, accuracy: (await train.evaluate(net, test)).accuracy };
    };
    if (this.#diverged[side]) return lost();
    const watch = train.onEvent((event) => {
      if (event.type === "step") share(event.stepInEpoch / event.stepsPerEpoch);
    });
    try {
      const { epochs } = await train.fit(net, {
        data,
        validation: test,
        optimizer: this.#optimizers[side],
        epochs: 1,
        // Another order of the pictures in each epoch, the same for both.
        seed: epoch,
        batchSize: 32,
        callbacks: [watch],
      });
      const { loss = 0, validationAccuracy: accuracy } = epochs[0] ?? {};
      return { loss, accuracy: accuracy ?? 0 };
    } catch (error) {
      if (error instanceof train.DivergedError) return lost();
      throw error;
    }
  }

  /** Ends the training that runs when both have had the same epochs. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.hold(false);
    await this.#running?.catch(() => {});
  }

  /** Pauses between two epochs while held: nobody is looking. */
  hold(isHeld: boolean): void {
    this.#held = isHeld;
    if (!isHeld) this.#release();
  }

  #whileHeld(): Promise<void> {
    if (!this.#held || this.#isStopping) return Promise.resolve();
    return new Promise((go) => {
      this.#release = go;
    });
  }
}

const sessions = new Map<Difference, { readonly key: string; readonly session: PairSession }>();

/** The session with these settings; another one with the same difference ends. */
export function sessionOf(settings: PairSettings): PairSession {
  const { difference, depth, start, lr } = settings;
  const key = JSON.stringify([depth, start, lr]);
  const known = sessions.get(difference);
  if (known?.key === key) return known.session;
  void known?.session.stop();
  const session = new PairSession(settings);
  sessions.set(difference, { key, session });
  return session;
}

export function forget(difference: Difference): void {
  void sessions.get(difference)?.session.stop();
  sessions.delete(difference);
}

export function openSession(difference: Difference): PairSession | undefined {
  return sessions.get(difference)?.session;
}

/** Pictures of the training part as the network takes them, `[count, 1, 28, 28]`, and their labels. */
export async function someBatch(
  from: number,
  count: number,
): Promise<{ readonly x: Tensor; readonly labels: Tensor }> {
  const { train: pictures } = await fashionSample();
  const bytes = pictures.images.subarray(from * 784, (from + count) * 784);
  const pixels = Float32Array.from(bytes, (byte) => byte / 255);
  return {
    x: Tensor.from(pixels, { shape: [count, 1, 28, 28] }),
    labels: Tensor.from(Int32Array.from(pictures.labels.subarray(from, from + count))),
  };
}
