// Logs of training: tables, events and TensorBoard files that a killed run leaves readable and a resumed run continues.
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { adam } from "../../src/optim/index.ts";
import * as train from "../../src/train/index.ts";
import {
  type Callback,
  csvLog,
  type EpochRecord,
  type History,
  jsonlLog,
  type TrainState,
  tensorboard,
} from "../../src/train/index.ts";
import { crc32c } from "../../src/train/log/tfRecord.ts";
import { barNet, bars } from "./toy.ts";

let folder = "";
beforeAll(async () => {
  setBackend("wasm");
  folder = await mkdtemp(join(tmpdir(), "fovea-logs-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Seven steps an epoch. */
const settings = {
  data: bars(50, 1),
  validation: bars(20, 2),
  epochs: 3,
  batchSize: 8,
  optimizer: adam({ lr: 0.02 }),
};

/** Trains until it is killed after step 12, in the second epoch, then goes on from what was saved after step `from`. */
async function killedAndResumed(log: () => Callback, from: number): Promise<History> {
  const saved: TrainState[] = [];
  const kill: Callback = {
    everySteps: 1,
    async onStep({ step }, { state }) {
      if (step === from) saved.push(await state());
      if (step === 12) throw new Error("killed");
    },
    async onEpoch({ step }, { state }) {
      if (step === from) saved.push(await state());
    },
  };
  const net = barNet();
  const optimizer = settings.optimizer(net.parameters());
  const run = train.fit(net, { ...settings, optimizer, callbacks: [log(), kill] });
  await expect(run).rejects.toThrow("killed");
  const resume = saved.at(-1) as TrainState;
  return train.fit(net, { ...settings, optimizer, resume, callbacks: [log()] });
}

describe("csvLog", () => {
  const columns =
    "epoch,step,loss,accuracy,validationLoss,validationAccuracy,seconds,imagesPerSecond,lr";
  const tableOf = (epochs: readonly EpochRecord[]): string =>
    [
      columns,
      ...epochs.map((e) =>
        [e.epoch, e.step, e.loss, e.accuracy, e.validationLoss, e.validationAccuracy]
          .concat(e.seconds, e.imagesPerSecond, e.lr)
          .map((value) => value ?? "")
          .join(","),
      ),
      "",
    ].join("\n");

  it("has a line for each epoch, and begins anew with a new run", async () => {
    const path = join(folder, "new/runs/epochs.csv");
    await train.fit(barNet(), { ...settings, epochs: 1, callbacks: [csvLog(path)] });
    const { validation: _, ...withoutValidation } = settings;
    const { epochs } = await train.fit(barNet(), {
      ...withoutValidation,
      callbacks: [csvLog(path)],
    });
    expect(await readFile(path, "utf8")).toBe(tableOf(epochs));
    expect(epochs).toHaveLength(3);
  });

  it("continues with a resumed run, each epoch once", async () => {
    const path = join(folder, "resumed.csv");
    const { epochs } = await killedAndResumed(() => csvLog(path), 7);
    expect(await readFile(path, "utf8")).toBe(tableOf(epochs));
  });

  it("takes back epochs after the checkpoint, and a line that was cut off", async () => {
    const path = join(folder, "longer.csv");
    const states: TrainState[] = [];
    const save: Callback = {
      onEpoch: async (_event, { state }) => {
        states.push(await state());
      },
    };
    await train.fit(barNet(), { ...settings, callbacks: [csvLog(path), save] });
    await appendFile(path, "4,28,0.1");
    const resume = states[0] as TrainState;
    const { epochs } = await train.fit(barNet(), {
      ...settings,
      resume,
      callbacks: [csvLog(path)],
    });
    expect(await readFile(path, "utf8")).toBe(tableOf(epochs));
  });

  it("adds epochs that the file lacks", async () => {
    const path = join(folder, "lacking.csv");
    const { epochs } = await killedAndResumed(() => csvLog(path), 7);
    const resume: TrainState = await stateAfter(epochs);
    await writeFile(path, "something else\n");
    await train.fit(barNet(), { ...settings, resume, callbacks: [csvLog(path)] });
    expect(await readFile(path, "utf8")).toBe(tableOf(epochs));
  });

  it("says why a file cannot be written", async () => {
    const path = join(folder, "a folder");
    await train.fit(barNet(), { ...settings, epochs: 1, callbacks: [csvLog(join(path, "x.csv"))] });
    const run = train.fit(barNet(), { ...settings, callbacks: [csvLog(path)] });
    await expect(run).rejects.toThrow("the path is a folder");
    expect(() => csvLog("")).toThrow("csvLog: needs a path");
  });
});

/** The state of a run that has finished these epochs. */
async function stateAfter(history: readonly EpochRecord[]): Promise<TrainState> {
  let found: TrainState | null = null;
  const take: Callback = {
    onStart: async (_event, { state }) => {
      found = await state();
    },
  };
  await train.fit(barNet(), { ...settings, epochs: 0, callbacks: [take] });
  const step = history.at(-1)?.step ?? 0;
  return { ...(found as unknown as TrainState), epoch: history.length, step, history };
}

describe("jsonlLog", () => {
  const read = async (path: string) =>
    (await readFile(path, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  const short = ({ type, step, epoch }: { type: string; step: number; epoch?: number }) =>
    type === "epoch" ? `epoch ${epoch}` : `${type} ${step}`;

  it("has events as they come, with every n-th step", async () => {
    const path = join(folder, "events.jsonl");
    const log = jsonlLog(path, { everySteps: 5 });
    const { epochs } = await train.fit(barNet(), { ...settings, epochs: 2, callbacks: [log] });
    const events = await read(path);
    expect(events.map(short)).toEqual([
      "start 0",
      "step 5",
      "epoch 1",
      "step 10",
      "epoch 2",
      "end 14",
    ]);
    expect(events[2]).toEqual({ type: "epoch", ...epochs[0] });
  });

  it("continues with a resumed run", async () => {
    const path = join(folder, "resumed.jsonl");
    await killedAndResumed(() => jsonlLog(path, { everySteps: 2 }), 9);
    expect((await read(path)).map(short)).toEqual([
      ...["start 0", "step 2", "step 4", "step 6", "epoch 1", "step 8", "start 9"],
      ...["step 10", "step 12", "step 14", "epoch 2", "step 16", "step 18", "step 20", "epoch 3"],
      "end 21",
    ]);
  });

  it("keeps an interruption, and drops an end and half a line", async () => {
    const path = join(folder, "stopped.jsonl");
    const controller = new AbortController();
    let resume: TrainState | null = null;
    const stop: Callback = {
      onEpoch: () => controller.abort(),
      onInterrupt: async (_event, { state }) => {
        resume = await state();
      },
    };
    const log = () => jsonlLog(path, { everySteps: 7 });
    const { signal } = controller;
    await train.fit(barNet(), { ...settings, signal, callbacks: [log(), stop] });
    await appendFile(path, '{"type":"st');
    const again = { ...settings, epochs: 2, resume: resume as unknown as TrainState };
    await train.fit(barNet(), { ...again, callbacks: [log()] });
    expect((await read(path)).map(short)).toEqual([
      ...["start 0", "step 7", "epoch 1", "interrupt 7", "start 7", "step 14", "epoch 2"],
      "end 14",
    ]);
  });

  it("refuses impossible options", () => {
    expect(() => jsonlLog("x", { everySteps: 0 })).toThrow("everySteps must be a whole number");
    expect(() => jsonlLog("x", { every: 1 } as object)).toThrow("jsonlLog");
  });
});

describe("tensorboard", () => {
  it("writes records that another reader understands", async () => {
    const runs = join(folder, "board");
    const log = tensorboard(runs, { everySteps: 5 });
    const { epochs } = await train.fit(barNet(), { ...settings, epochs: 2, callbacks: [log] });
    const events = parseEvents(await readFile(join(runs, "events.out.tfevents.fovea")));
    expect(events.map(({ step }) => step)).toEqual([0, 5, 7, 10, 14]);
    expect(events[0]?.version).toBe("brain.Event:2");
    expect(Math.abs((events[4]?.time as number) - Date.now() / 1000)).toBeLessThan(60);
    const { loss, accuracy, validationLoss, validationAccuracy, imagesPerSecond, lr } =
      epochs[1] as EpochRecord;
    const expected = {
      epoch: 2,
      "loss/train": loss,
      "loss/validation": validationLoss,
      "accuracy/train": accuracy,
      "accuracy/validation": validationAccuracy,
      "lr/epoch": lr,
      "imagesPerSecond/epoch": imagesPerSecond,
    };
    const rounded = Object.entries(expected).map(([tag, value]) => [tag, Math.fround(value ?? 0)]);
    expect(events[4]?.values).toEqual(Object.fromEntries(rounded));
    expect(Object.keys(events[1]?.values ?? {})).toContain("loss/running");
  });

  it("continues with a resumed run", async () => {
    const runs = join(folder, "resumed");
    const path = join(runs, "events.out.tfevents.fovea");
    await killedAndResumed(() => tensorboard(runs, { everySteps: 4 }), 9);
    const events = parseEvents(await readFile(path));
    const steps = events.map(({ step, values }) => [step, values.epoch ?? 0]);
    // biome-ignore format: in the order of the file
    expect(steps).toEqual([
      [0, 0], [4, 0], [7, 1], [8, 0], [12, 0], [14, 2], [16, 0], [20, 0], [21, 3],
    ]);
  });

  it("drops a record that was cut off, and all after one that is damaged", async () => {
    const runs = join(folder, "damaged");
    const path = join(runs, "events.out.tfevents.fovea");
    const log = () => tensorboard(runs, { everySteps: 100 });
    const { epochs } = await train.fit(barNet(), { ...settings, callbacks: [log()] });
    const whole = await readFile(path);
    const resume = await stateAfter(epochs);
    for (const damage of ["cut", "flipped"]) {
      const bytes = Uint8Array.from(damage === "cut" ? whole.subarray(0, -3) : whole);
      if (damage === "flipped") bytes[100] = (bytes[100] as number) ^ 1;
      await writeFile(path, bytes);
      await train.fit(barNet(), { ...settings, resume, callbacks: [log()] });
      const events = parseEvents(await readFile(path));
      expect(events.map(({ values }) => values.epoch ?? 0)).toEqual([0, 1, 2, 3]);
    }
  });

  it("sums with Castagnoli's polynomial", () => {
    // RFC 3720, B.4.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new Uint8Array(32))).not.toBe(crc32(new Uint8Array(32)));
  });
});

interface ParsedEvent {
  readonly time: number;
  readonly step: number;
  readonly version: string | null;
  readonly values: Record<string, number>;
}

/** Reads an event file, written apart from the writer; throws for anything that is not sound. */
function parseEvents(file: Buffer): ParsedEvent[] {
  const events: ParsedEvent[] = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at);
    expect(file.readUInt32LE(at + 4)).toBe(0);
    expect(file.readUInt32LE(at + 8)).toBe(masked(file.subarray(at, at + 8)));
    const content = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 12 + length)).toBe(masked(content));
    at += 16 + length;
    const fields = parseMessage(content);
    const values: Record<string, number> = {};
    for (const summary of fields.get(5) ?? []) {
      for (const value of parseMessage(summary as Buffer).get(1) ?? []) {
        const inner = parseMessage(value as Buffer);
        const [tag, simple] = [inner.get(1)?.[0], inner.get(2)?.[0]] as [Buffer, Buffer];
        values[tag.toString("utf8")] = simple.readFloatLE(0);
      }
    }
    const version = fields.get(3)?.[0] as Buffer | undefined;
    events.push({
      time: (fields.get(1) as Buffer[])[0]?.readDoubleLE(0) ?? Number.NaN,
      step: Number(fields.get(2)?.[0] ?? 0),
      version: version?.toString("utf8") ?? null,
      values,
    });
  }
  return events;
}

function parseMessage(bytes: Buffer): Map<number, (bigint | Buffer)[]> {
  const fields = new Map<number, (bigint | Buffer)[]>();
  let at = 0;
  const varint = (): bigint => {
    for (let [value, shift] = [0n, 0n]; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    let value: bigint | Buffer;
    if (wire === 0) value = varint();
    else {
      const length = wire === 2 ? Number(varint()) : wire === 1 ? 8 : 4;
      if (at + length > bytes.length) throw new Error("a field is cut off");
      value = bytes.subarray(at, at + length);
      at += length;
    }
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

/** By table, unlike the writer. */
const table = Uint32Array.from({ length: 256 }, (_, i) => {
  let entry = i;
  for (let bit = 0; bit < 8; bit++) entry = entry & 1 ? (entry >>> 1) ^ 0x82f63b78 : entry >>> 1;
  return entry;
});

function masked(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
  const sum = BigInt(~crc >>> 0);
  return Number((((sum >> 15n) | ((sum << 17n) & 0xffffffffn)) + 0xa282ead8n) & 0xffffffffn);
}
