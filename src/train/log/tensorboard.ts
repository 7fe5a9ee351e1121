// Results as an event file that TensorBoard shows: TFRecords of `Event` messages (tensorflow/core/util/event.proto).
import { checkOptions, OptionError } from "../../tensor/errors.ts";
import type { Callback } from "../callback.ts";
import type { TrainEvent } from "../events.ts";
import { type LogFormat, logFile, type StepLogOptions } from "./logFile.ts";
import { bytesField, doubleField, fieldsOf, floatField, integerField, joined } from "./protobuf.ts";
import { tfRecord, tfRecordsOf } from "./tfRecord.ts";

/** TensorBoard looks for "tfevents" in a name. */
const fileName = "events.out.tfevents.fovea";

/** Field numbers of the messages. */
const eventFields = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const summaryFields = { value: 1, tag: 1, simpleValue: 2 } as const;

/** The value that tells which records are of whole epochs. */
const epochTag = "epoch";

const format: LogFormat = {
  head: () => eventRecord(bytesField(eventFields.fileVersion, "brain.Event:2")),
  *records(bytes) {
    for (const { content, end } of tfRecordsOf(bytes)) yield { end, ...recordOf(content) };
  },
  encode(event) {
    const values = valuesOf(event);
    if (values === null) return null;
    const summary = Object.entries(values).flatMap(([tag, value]) =>
      value === null ? [] : [scalar(tag, value)],
    );
    return eventRecord(
      integerField(eventFields.step, event.step),
      bytesField(eventFields.summary, joined(summary)),
    );
  },
};

/** What is shown of an event, by the name of the diagram. */
function valuesOf(event: TrainEvent): Record<string, number | null> | null {
  if (event.type === "step") {
    return {
      "loss/running": event.loss,
      "accuracy/running": event.accuracy,
      "lr/running": event.lr,
      "imagesPerSecond/running": event.imagesPerSecond,
    };
  }
  if (event.type !== "epoch") return null;
  return {
    [epochTag]: event.epoch,
    "loss/train": event.loss,
    "loss/validation": event.validationLoss,
    "accuracy/train": event.accuracy,
    "accuracy/validation": event.validationAccuracy,
    "lr/epoch": event.lr,
    "imagesPerSecond/epoch": event.imagesPerSecond,
  };
}

function scalar(tag: string, value: number): Uint8Array {
  const { value: valueField, tag: tagField, simpleValue } = summaryFields;
  return bytesField(
    valueField,
    joined([bytesField(tagField, tag), floatField(simpleValue, value)]),
  );
}

function eventRecord(...fields: Uint8Array[]): Uint8Array {
  return tfRecord(joined([doubleField(eventFields.wallTime, Date.now() / 1000), ...fields]));
}

/** Step and epoch of an event; no epoch in those of single steps. */
function recordOf(event: Uint8Array): { epoch: number | null; step: number } {
  let [epoch, step]: [number | null, number] = [null, 0];
  for (const { number, value } of fieldsOf(event)) {
    if (number === eventFields.step && typeof value === "number") step = value;
    if (number !== eventFields.summary || typeof value === "number") continue;
    for (const { value: entry } of fieldsOf(value)) {
      if (typeof entry !== "number") epoch ??= epochIn(entry);
    }
  }
  return { epoch, step };
}

function epochIn(entry: Uint8Array): number | null {
  let [tag, scalarValue] = ["", 0];
  for (const { number, value } of fieldsOf(entry)) {
    if (typeof value === "number") continue;
    if (number === summaryFields.tag) tag = new TextDecoder().decode(value);
    else if (number === summaryFields.simpleValue)
      scalarValue = new DataView(value.buffer, value.byteOffset).getFloat32(0, true);
  }
  return tag === epochTag ? scalarValue : null;
}

/**
 * Writes loss, accuracy, learning rate and speed of steps and epochs for TensorBoard
 * (`tensorboard --logdir FOLDER`), into `events.out.tfevents.fovea` in the folder. Values named "running" are means
 * over the epoch so far. A new run replaces the file; a resumed run continues it: what happened after the checkpoint
 * is taken off first, since it happens again. Node only.
 * @param folder one folder for each run; it is made
 * @throws OptionError without a folder, for unknown options or impossible values; from `fit`, DataError if the file
 *         cannot be written
 * @example
 * const callbacks = [tensorboard("runs/lenet", { everySteps: 50 })];
 */
export function tensorboard(folder: string, options: StepLogOptions = {}): Callback {
  checkOptions("tensorboard", options, ["everySteps"]);
  if (typeof folder !== "string" || folder === "")
    throw new OptionError(`tensorboard: needs a folder, got ${JSON.stringify(folder)}`);
  return logFile("tensorboard", `${folder}/${fileName}`, format, options);
}
