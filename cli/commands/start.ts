// What `npm start` does: fetches the data, trains LeNet, and shows the result. The next time it
// goes on where it was, or shows the result again.
import { train } from "../../src/index.ts";
import { type CommandContext, defineCommand, type ExitCode } from "../command.ts";
import { ownName } from "../ownName.ts";
import { computeOn } from "../run/backend.ts";
import { loadData } from "../run/data.ts";
import { evaluationLines } from "../run/evaluationText.ts";
import { RunFolder } from "../run/folder.ts";
import { loadNetwork } from "../run/network.ts";
import { type RunSettings, usualSettings } from "../run/settings.ts";
import { resumeTraining, startTraining } from "../run/training.ts";
import { usualBackend } from "../run/usualBackend.ts";
import type { Terminal } from "../terminal/terminal.ts";

const sampleName = "fashion-mnist-sample";

/** 1,500 images make 6 steps an epoch: smaller batches and more epochs give it steps enough. */
const sampleSettings: RunSettings = {
  ...usualSettings,
  data: sampleName,
  epochs: 100,
  batchSize: 32,
};

export const startCommand = defineCommand({
  name: "start",
  description: "Trains lenet on Fashion-MNIST into runs/lenet, and shows the result.",
  positionals: [],
  options: {
    "runs-dir": { type: "text", value: "FOLDER", default: "runs", help: "folder of the runs" },
  },
  examples: ["npm start"],

  async run(
    { "runs-dir": runsDir },
    _positionals,
    { terminal }: CommandContext,
  ): Promise<ExitCode> {
    const folder = new RunFolder(runsDir, "lenet");
    const code = await trainIfNeeded(folder, terminal);
    if (code !== 0) return code;
    await show(folder, terminal);
    return 0;
  },
});

async function trainIfNeeded(folder: RunFolder, terminal: Terminal): Promise<ExitCode> {
  const display = terminal.isLive ? "live" : "plain";
  if (!folder.hasCheckpoint() || folder.settings() === null) {
    // Nothing that could be gone on with: at most the beginning of a log.
    return startTraining(
      {
        folder,
        settings: { ...usualSettings, backend: usualBackend },
        force: !folder.hasCheckpoint(),
        display,
        onSample: () => {
          terminal.line(
            "Fashion-MNIST could not be fetched. Training on the sample that ships with Fovea instead:",
          );
          terminal.line("1,500 images of 60,000. The network will learn, but less well.");
          terminal.line();
          return { ...sampleSettings, backend: usualBackend };
        },
      },
      terminal,
    );
  }
  if (folder.isFinished()) {
    terminal.line(`${folder.path} is trained already. Its result:`);
    terminal.line();
    return 0;
  }
  terminal.line(`Going on with ${folder.path}.`);
  return resumeTraining({ folder, display }, terminal);
}

async function show(folder: RunFolder, terminal: Terminal): Promise<void> {
  await computeOn();
  const { net } = await loadNetwork(folder.file("last"));
  const dataName = folder.settings()?.settings.data ?? usualSettings.data;
  const splits = await loadData(dataName, {
    onProgress: (message) => terminal.note(message),
  });
  terminal.line();
  const evaluation = await train.evaluate(net, splits.test);
  for (const line of evaluationLines(evaluation, terminal, { perClass: true })) terminal.line(line);
  terminal.line();
  if (dataName === sampleName) {
    terminal.line("This was the sample only: 300 test images say little.");
    terminal.line();
  }
  const name = ownName();
  const lines = [
    ["Look", `${folder.file("report")}, with curves, confusion and samples beside it`],
    ["Ask it", `${name} predict --test 0`],
    ["Train", `${name} train lenet --optimizer adam --epochs 20`],
    ["Anew", `remove ${folder.path}/ and run npm start again`],
  ] as const;
  terminal.line("Next:");
  for (const [head, text] of lines)
    terminal.line(`  ${terminal.style(head.padEnd(7), "bold")} ${text}`);
}
