// Hooks of training: before and after steps and evaluations, with values that are read only when asked for.
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { sgd } from "../../src/optim/index.ts";
import * as train from "../../src/train/index.ts";
import { type AfterStepEvent, type Callback, Evaluator } from "../../src/train/index.ts";
import { barNet, bars, valuesOf } from "./toy.ts";

beforeAll(() => setBackend("wasm"));

const settings = {
  data: bars(20, 1),
  validation: bars(10, 2),
  epochs: 2,
  batchSize: 8,
  optimizer: sgd({ lr: 0.05 }),
};

describe("hooks of fit", () => {
  it("come before and after every step and evaluation", async () => {
    const calls: string[] = [];
    const callback: Callback = {
      onBeforeStep: ({ epoch, step, stepInEpoch }) =>
        void calls.push(`before ${epoch} ${step} ${stepInEpoch}`),
      onAfterStep: ({ epoch, step, stepInEpoch }) =>
        void calls.push(`after ${epoch} ${step} ${stepInEpoch}`),
      onBeforeEvaluation: ({ epoch, step }) => void calls.push(`evaluation of ${epoch} at ${step}`),
      onAfterEvaluation: ({ epoch, result }) =>
        void calls.push(`evaluated ${epoch} on ${result.count}`),
      onEpoch: ({ epoch }) => void calls.push(`epoch ${epoch}`),
    };
    await train.fit(barNet(), { ...settings, callbacks: [callback] });
    expect(calls).toEqual([
      ...["before 1 1 1", "after 1 1 1", "before 1 2 2", "after 1 2 2", "before 1 3 3"],
      ...["after 1 3 3", "evaluation of 1 at 3", "evaluated 1 on 10", "epoch 1"],
      ...["before 2 4 1", "after 2 4 1", "before 2 5 2", "after 2 5 2", "before 2 6 3"],
      ...["after 2 6 3", "evaluation of 2 at 6", "evaluated 2 on 10", "epoch 2"],
    ]);
  });

  it("come in this order around a whole run, an interruption and an error", async () => {
    const record = (calls: string[], more: Callback = {}): Callback => {
      const hooks = ["onStart", "onBeforeStep", "onAfterStep", "onStep", "onBeforeEvaluation"]
        .concat("onAfterEvaluation", "onEpoch", "onInterrupt", "onEnd", "onError")
        .map((name) => [
          name,
          (...given: [never, never]) => {
            calls.push(name.slice(2));
            return (more[name as keyof Callback] as Callback["onEnd"])?.(...given);
          },
        ]);
      return { everySteps: 1, ...Object.fromEntries(hooks) };
    };
    const short = { ...settings, epochs: 1, batchSize: 20 };
    const whole: string[] = [];
    await train.fit(barNet(), { ...short, callbacks: [record(whole)] });
    const step = ["BeforeStep", "AfterStep", "Step"];
    const epoch = [...step, "BeforeEvaluation", "AfterEvaluation", "Epoch"];
    expect(whole).toEqual(["Start", ...epoch, "End"]);

    const stopped: string[] = [];
    const controller = new AbortController();
    const { signal } = controller;
    const stop = record(stopped, { onEpoch: () => controller.abort() });
    await train.fit(barNet(), { ...short, epochs: 2, signal, callbacks: [stop] });
    expect(stopped).toEqual(["Start", ...epoch, "Interrupt", "End"]);

    for (const place of ["onStart", "onBeforeStep", "onStep", "onAfterEvaluation", "onEpoch"]) {
      const [first, second]: [string[], string[]] = [[], []];
      const seen: unknown[] = [];
      const failing = record(first, {
        [place]: () => {
          throw new Error(place);
        },
        onError: (event) => {
          seen.push(event.error, event.epoch);
          throw new Error("another");
        },
      });
      const run = train.fit(barNet(), { ...short, callbacks: [failing, record(second)] });
      const error = await run.catch((cause: unknown) => cause);
      expect(String(error)).toBe(`Error: ${place}`);
      expect(seen[0]).toBe(error);
      expect(first.slice(-2)).toEqual([place.slice(2), "Error"]);
      expect([second.at(-1), second.includes("End")]).toEqual(["Error", false]);
    }
  });

  it("read values of a step, awaited or not, without changing training", async () => {
    const expected: number[] = [];
    const plain = barNet();
    const { epochs } = await train.fit(plain, {
      ...settings,
      callbacks: [{ everySteps: 1, onStep: ({ loss }) => void expected.push(loss) }],
    });
    for (const isAwaited of [true, false]) {
      const asked: Promise<{ loss: number; accuracy: number }>[] = [];
      const callback: Callback = {
        onAfterStep(event) {
          const values = event.values();
          asked.push(values);
          return isAwaited ? values.then(() => undefined) : undefined;
        },
      };
      const net = barNet();
      await train.fit(net, { ...settings, callbacks: [callback] });
      const values = await Promise.all(asked);
      expect(values.map(({ loss }) => loss)).toEqual(expected);
      expect(values[5]?.accuracy).toBe(epochs[1]?.accuracy);
      expect(await valuesOf(net)).toEqual(await valuesOf(plain));
    }
  });

  it("refuse values of a step that is long over", async () => {
    const events: AfterStepEvent[] = [];
    const callback: Callback = { onAfterStep: (event) => void events.push(event) };
    await train.fit(barNet(), { ...settings, callbacks: [callback] });
    await expect(events[0]?.values()).rejects.toThrow("the values of step 1 are gone");
    await expect(events.at(-1)?.values()).rejects.toThrow("the values of step 6 are gone");
  });

  it("give the whole evaluation, and see the network that was evaluated", async () => {
    const net = barNet();
    const evaluator = new Evaluator(net, settings.validation, { batchSize: settings.batchSize });
    let checked = 0;
    const callback: Callback = {
      async onAfterEvaluation({ result }) {
        expect(await evaluator.run()).toEqual(result);
        checked++;
      },
    };
    await train.fit(net, { ...settings, callbacks: [callback] });
    evaluator.dispose();
    expect(checked).toBe(2);
  });

  it("are called one after another, waiting for each, and end training by what they throw", async () => {
    const calls: string[] = [];
    const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 1));
    const slow = (name: string): Callback => ({
      async onBeforeStep() {
        calls.push(`${name} begins`);
        await wait();
        calls.push(`${name} ends`);
      },
    });
    const stop: Callback = {
      onAfterStep() {
        throw new Error("enough");
      },
    };
    const run = train.fit(barNet(), { ...settings, callbacks: [slow("a"), slow("b"), stop] });
    await expect(run).rejects.toThrow("enough");
    expect(calls).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  });
});
