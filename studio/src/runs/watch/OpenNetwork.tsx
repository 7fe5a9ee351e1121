// The network of a watched training, taken into the page: the best one so far.
import { useState } from "preact/hooks";
import { ask } from "../../engine/client.ts";
import { addressOf } from "../../location.ts";
import { problemOf, TextError } from "../../problem.ts";
import { announcement, say, type Text } from "../../text.ts";
import { show } from "../../train/store.ts";
import { Button } from "../../ui/controls.tsx";
import { Problem } from "../../ui/Problem.tsx";
import { refresh } from "../kept.ts";
import { line } from "./store.ts";
import type { Watched } from "./watched.ts";

const words = {
  open: { en: "Open its best network here", zh: "在此打开其最佳网络" },
  download: { en: "Download it", zh: "下载" },
  opened: { en: "The network is open.", zh: "网络已打开。" },
  probe: { en: "Probe it", zh: "探查" },
  train: { en: "Train it further", zh: "继续训练" },
  gone: { en: "The command does not answer any more.", zh: "命令不再应答。" },
};

export function OpenNetwork({ known: { run, points } }: { readonly known: Watched }) {
  const [state, setState] = useState<"none" | "busy" | "open">("none");
  const [problem, setProblem] = useState<Text | null>(null);
  // It is saved after each epoch.
  const isThere = points.some(({ testLoss }) => testLoss !== null) && line.value === "open";
  const name = `${run?.id ?? "network"}.safetensors`;
  const open = async (): Promise<void> => {
    setState("busy");
    setProblem(null);
    try {
      show(await ask("runImport", { name, bytes: await checkpoint() }));
      // It is one of the kept runs now.
      await refresh();
      setState("open");
      announcement.value = say(words.opened);
    } catch (error) {
      setState("none");
      setProblem(problemOf(error));
    }
  };
  return (
    <>
      <div class="controls">
        <Button disabled={!isThere || state === "busy"} onClick={() => void open()}>
          {say(words.open)}
        </Button>
        {isThere && (
          <a href="watch/checkpoint" download={name}>
            {say(words.download)}
          </a>
        )}
        {state === "open" && (
          <span>
            {say(words.opened)} <a href={addressOf("probe")}>{say(words.probe)}</a> ·{" "}
            <a href={addressOf("train")}>{say(words.train)}</a>
          </span>
        )}
      </div>
      <Problem of={problem} />
    </>
  );
}

async function checkpoint(): Promise<Uint8Array> {
  const response = await fetch("watch/checkpoint", { cache: "no-store" }).catch(() => null);
  if (!response?.ok) throw new TextError(words.gone);
  return new Uint8Array(await response.arrayBuffer());
}
