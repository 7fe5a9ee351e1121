// The page Runs: what was trained here and is kept in the browser, side by side; checkpoints from files; and a training
// of the command line that is watched.
import { useEffect, useMemo, useState } from "preact/hooks";
import { addressOf } from "../location.ts";
import { say } from "../text.ts";
import { findRun } from "../train/store.ts";
import { FileDrop } from "../ui/FileDrop.tsx";
import { Comparison } from "./Comparison.tsx";
import { openFile, problem, refresh, runs } from "./kept.ts";
import { RunTable } from "./RunTable.tsx";
import { WatchPanel } from "./watch/WatchPanel.tsx";
import "./runs.css";
import { Problem } from "../ui/Problem.tsx";

const words = {
  title: { en: "Runs", zh: "记录" },
  lead: {
    en: "Networks that were trained here are kept in this browser. Choose several to see them side by side.",
    zh: "在这里训练的网络保存在此浏览器中。选择多个即可并排比较。",
  },
  none: { en: "Nothing is kept yet.", zh: "还没有记录。" },
  train: { en: "Train a network", zh: "训练一个网络" },
  file: {
    en: "Open a checkpoint (.safetensors), of this page or of fovea train",
    zh: "打开检查点（.safetensors），来自此页面或 fovea train",
  },
};

export default function Page() {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    void findRun();
    void refresh();
  }, []);
  const kept = runs.value;
  const compared = useMemo(() => kept?.filter(({ id }) => chosen.has(id)) ?? [], [kept, chosen]);
  const choose = (id: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  return (
    <>
      <h1>{say(words.title)}</h1>
      <p class="lead">{say(words.lead)}</p>
      <WatchPanel />
      <Problem of={problem.value} />
      {kept?.length === 0 && (
        <p>
          {say(words.none)} <a href={addressOf("train")}>{say(words.train)}</a>
        </p>
      )}
      {kept !== null && kept.length > 0 && (
        <RunTable runs={kept} chosen={chosen} onChoose={choose} />
      )}
      <FileDrop
        label={say(words.file)}
        accept=".safetensors"
        onFile={(file) => void openFile(file)}
      />
      {compared.length > 0 && <Comparison runs={compared} />}
    </>
  );
}
