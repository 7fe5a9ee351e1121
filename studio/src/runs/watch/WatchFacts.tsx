// A watched training in numbers: what is trained on what, and how fast.
import { formatCount, say, type Text } from "../../text.ts";
import { type Fact, Facts } from "../../ui/Facts.tsx";
import type { Watched } from "./watched.ts";

const words = {
  state: { en: "State", zh: "状态" },
  network: { en: "Network", zh: "网络" },
  data: { en: "Data", zh: "数据" },
  epoch: { en: "Epoch", zh: "迭代周期" },
  step: { en: "Step", zh: "步" },
  speed: { en: "Images/s", zh: "图像/秒" },
  rate: { en: "Learning rate", zh: "学习率" },
  backend: { en: "Computed on", zh: "计算后端" },
  running: { en: "running", zh: "进行中" },
  starting: { en: "starting", zh: "准备中" },
  finished: { en: "finished", zh: "已完成" },
  stopped: { en: "stopped", zh: "已停止" },
  failed: { en: "failed", zh: "失败" },
  parameters: { en: "parameters", zh: "个参数" },
  images: { en: "images", zh: "幅图像" },
  sample: { en: "sample", zh: "样本" },
  own: { en: "own network", zh: "自定义网络" },
} satisfies Record<string, Text>;

export function WatchFacts({ known }: { readonly known: Watched }) {
  const { run, now, epochs, parameters, points, over } = known;
  const count = formatCount.value;
  const state = over?.outcome ?? (now === null ? "starting" : "running");
  const settings = run?.settings;
  const network = settings?.model === "text" ? say(words.own) : (settings?.model ?? "–");
  const isSaid = run?.origin !== "sample" || settings?.data.endsWith("sample");
  const data = isSaid ? settings?.data : `${settings?.data} (${say(words.sample)})`;
  const lr = points.at(-1)?.lr ?? settings?.lr;
  const rows: readonly Fact[] = [
    [words.state, say(words[state])],
    [
      words.network,
      parameters === null ? network : `${network}, ${count(parameters)} ${say(words.parameters)}`,
    ],
    [words.data, run === null ? "–" : `${data}, ${count(run.trainImages)} ${say(words.images)}`],
    [words.epoch, now === null ? "–" : `${now.epoch} / ${epochs}`],
    [words.step, now === null ? "–" : `${count(now.step)} / ${count(now.stepsPerEpoch)}`],
    [words.speed, now?.imagesPerSecond == null ? "–" : count(Math.round(now.imagesPerSecond))],
    [words.rate, lr === undefined ? "–" : String(Number(lr.toPrecision(3)))],
    [words.backend, run?.backend ?? "–"],
  ];
  return <Facts rows={rows} />;
}
