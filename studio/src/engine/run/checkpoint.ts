// A training as a checkpoint of Fovea, and a checkpoint as a training.
import { models, train } from "../../../../src/index.ts";
import { type LoadedDataset, loadDataset } from "../data/load.ts";
import { ownDatasets } from "../data/own.ts";
import { servedDatasets } from "../data/served.ts";
import { noPictures } from "../data/types.ts";
import { isHere, withoutPictures } from "../data/without.ts";
import { fashionClasses } from "../fashionSample.ts";
import { checkpointModel, checkpointSettings, settingsOfCheckpoint } from "./checkpointSettings.ts";
import { epochPointOf } from "./points.ts";
import { normalized, Session, type SessionPast } from "./session.ts";
import type { InputShape, RunSettings } from "./types.ts";

/** The bytes of a checkpoint from which this training goes on, and which the command line understands. */
export async function checkpointOf(run: Session): Promise<Uint8Array> {
  const { settings, data: pictures, net, optimizer } = run;
  const progress = await run.state();
  return train.encodeCheckpoint({
    net,
    optimizer,
    progress,
    model: settings.model ?? checkpointModel(settings, pictures.classes.length),
    classes: pictures.classes,
    normalize: pictures.test.normalize ?? null,
    settings: checkpointSettings(settings),
  });
}

export interface NewRun {
  readonly id: string;
  readonly createdAt: number;
}

/** A training that was kept, with the curves that were kept with it. */
export async function sessionOfKept(
  { id, createdAt }: NewRun,
  settings: RunSettings,
  bytes: Uint8Array,
  curves: Pick<SessionPast, "steps" | "epochs" | "backends">,
): Promise<Session> {
  const checkpoint = train.decodeCheckpoint(bytes, settings.title);
  const { dataset, inputShape } = settings;
  // Its network can still be looked at where its pictures are gone.
  const loaded = (await isHere(dataset))
    ? await loadDataset(dataset, inputShape)
    : withoutPictures(dataset, checkpoint.classes, inputShape);
  const pictures = normalized(loaded, checkpoint.normalize);
  return new Session({ id, createdAt, settings, data: pictures }, { ...curves, checkpoint });
}

/**
 * A training from the file of a checkpoint, of the studio or of `fovea train`.
 * @throws FormatError for a file that is none
 */
export async function sessionOfFile(
  { id, createdAt }: NewRun,
  name: string,
  bytes: Uint8Array,
): Promise<Session> {
  const checkpoint = train.decodeCheckpoint(bytes, name);
  const { model, progress } = checkpoint;
  const usual = usualSettings(name.replace(/\.safetensors$/, ""), model);
  const said = settingsOfCheckpoint(checkpoint.settings, usual);
  // Training goes on in the order in which it began.
  const { seed, batchSize } = progress ?? said;
  const settings = { ...said, seed, batchSize };
  const epochs = (progress?.history ?? []).map((record) =>
    epochPointOf({ type: "epoch", ...record }),
  );
  const loaded = await datasetFor(settings, checkpoint.classes);
  const pictures = normalized(loaded, checkpoint.normalize);
  const session = { id, createdAt, settings: { ...settings, dataset: loaded.id }, data: pictures };
  return new Session(session, { steps: [], epochs, checkpoint });
}

function usualSettings(title: string, model: train.CheckpointInfo["model"]): RunSettings {
  const { text, inChannels, imageSize, inputSize } = model.options;
  const [channels, ...own] = models.models[model.name]?.inputShape ?? [1, 28, 28];
  const size = typeof inputSize === "number" ? [inputSize, inputSize] : own;
  const [height, width] = Array.isArray(imageSize) ? (imageSize as number[]) : size;
  const isText = model.name === "text";
  return {
    title,
    network: isText ? String(text) : `models.createModel("${model.name}")`,
    ...(isText ? {} : { model }),
    inputShape: [Number(inChannels ?? channels), height, width] as unknown as InputShape,
    dataset: "sample",
    ...{ optimizer: "sgd", lr: 0.1, momentum: 0, weightDecay: 0, schedule: "none" },
    ...{ epochs: 10, batchSize: 32, seed: 0 },
  } as RunSettings;
}

/** The data set that it was trained on if it is here, otherwise another one of the same classes, or none. */
async function datasetFor(
  settings: RunSettings,
  classes: readonly string[],
): Promise<LoadedDataset> {
  const sample = { id: "sample", classes: fashionClasses };
  const fitting = [...(await servedDatasets()), ...(await ownDatasets()), sample]
    .filter((known) => known.classes.join("\n") === classes.join("\n"))
    .map(({ id }) => id);
  const dataset = fitting.includes(settings.dataset) ? settings.dataset : fitting[0];
  const { inputShape } = settings;
  return dataset === undefined
    ? withoutPictures(noPictures, classes, inputShape)
    : loadDataset(dataset, inputShape);
}
