// What a person, or another program, sees of a training under way: a block redrawn in place, a
// line an epoch, JSON lines, or nothing.
import { type BlockState, renderBlock } from "../terminal/block.ts";
import { count, duration, lossText, percent } from "../terminal/format.ts";
import { LiveBlock } from "../terminal/live.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { LogEvent } from "./log.ts";

export type DisplayKind = "live" | "plain" | "json" | "quiet";

export interface Display {
  event(event: LogEvent): void;
  /** A line of text for people; program readers do not get it. */
  line(text?: string): void;
  /** Ends the redrawing; called before anything else is written. */
  finish(): void;
}

export function openDisplay(kind: DisplayKind, title: string, terminal: Terminal): Display {
  switch (kind) {
    case "live":
      return liveDisplay(title, terminal);
    case "plain":
      return plainDisplay(terminal);
    case "json":
      return {
        event: (event) => terminal.line(JSON.stringify(event)),
        line: () => {},
        finish: () => {},
      };
    case "quiet":
      return { event: () => {}, line: () => {}, finish: () => {} };
    default:
      return kind satisfies never;
  }
}

function plainDisplay(terminal: Terminal): Display {
  let epochs = 0;
  return {
    event(event) {
      if (event.type === "start") epochs = event.epochs;
      if (event.type !== "epoch") return;
      const { epoch, loss, accuracy, validationAccuracy, imagesPerSecond, seconds } = event;
      const number = String(epoch).padStart(String(epochs).length);
      terminal.line(
        [
          `epoch ${number}/${epochs}`,
          `loss ${lossText(loss)}`,
          `train ${percent(accuracy)}`,
          `test ${percent(validationAccuracy)}`,
          `${count(imagesPerSecond)} images/s`,
          `${seconds.toFixed(1)} s`,
        ].join("   "),
      );
    },
    line: (text = "") => terminal.line(text),
    finish: () => {},
  };
}

/** How many loss readings the curve keeps; beyond, every second one is dropped. */
const maxLosses = 2000;

function liveDisplay(title: string, terminal: Terminal): Display {
  const block = new LiveBlock(terminal);
  let state: BlockState | null = null;
  let losses: number[] = [];
  let batchSize = 0;
  let images = 0;

  const update = (change: Partial<BlockState>, now = false): void => {
    if (state === null) return;
    const next = { ...state, ...change };
    state = next;
    block.draw(() => renderBlock(next, terminal.columns(), terminal.look), { now });
  };

  return {
    event(event) {
      switch (event.type) {
        case "start": {
          ({ batchSize, images } = event);
          const { epochs, step, stepsPerEpoch } = event;
          const epoch = Math.min(Math.floor(step / stepsPerEpoch) + 1, epochs);
          const unknown = { loss: null, trainAccuracy: null, testAccuracy: null };
          const rest = { imagesPerSecond: null, secondsLeft: null, losses };
          state = {
            title,
            epoch,
            epochs,
            step: step % stepsPerEpoch,
            stepsPerEpoch,
            ...unknown,
            ...rest,
          };
          update({}, true);
          break;
        }
        case "step": {
          const { epoch, stepInEpoch, stepsPerEpoch, loss, accuracy, imagesPerSecond } = event;
          losses.push(loss);
          if (losses.length > maxLosses) losses = losses.filter((_, i) => i % 2 === 0);
          // Smoothed, since a single tenth of a second says little.
          const before = state?.imagesPerSecond ?? imagesPerSecond;
          const speed = 0.9 * before + 0.1 * imagesPerSecond;
          const left = ((state?.epochs ?? epoch) - epoch + 1) * images - stepInEpoch * batchSize;
          update({
            ...{ epoch, step: stepInEpoch, stepsPerEpoch, loss, trainAccuracy: accuracy, losses },
            ...{ imagesPerSecond: speed, secondsLeft: Math.max(left, 0) / speed },
          });
          break;
        }
        case "epoch": {
          const { epoch, loss, accuracy, validationAccuracy } = event;
          // A training too quick to be looked at in between has its epochs as the only readings.
          losses.push(loss);
          const step = state?.stepsPerEpoch ?? 0;
          const done = {
            epoch,
            step,
            loss,
            trainAccuracy: accuracy,
            testAccuracy: validationAccuracy,
            losses,
          };
          const isLast = epoch === state?.epochs;
          const first = state?.imagesPerSecond ?? event.imagesPerSecond;
          update(
            { ...done, imagesPerSecond: first, ...(isLast ? { secondsLeft: null } : {}) },
            isLast,
          );
          break;
        }
        case "end":
          update({ secondsLeft: null }, true);
          break;
        default:
          break;
      }
    },
    line: (text = "") => terminal.line(text),
    finish: () => block.finish(),
  };
}

/** "2:05 for 10 epochs" and the like. */
export function spent(seconds: number, epochs: number): string {
  return `${epochs} ${epochs === 1 ? "epoch" : "epochs"} in ${duration(seconds)}`;
}
