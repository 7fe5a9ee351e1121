// The buttons of a training, and how far it is.
import { engineNumber, lostGpu } from "../engine/client.ts";
import { useAnswer } from "../engine/useAnswer.ts";
import { machineText } from "../machineText.ts";
import { formatCount, say, type Text } from "../text.ts";
import { Button, Notice } from "../ui/controls.tsx";
import { type Fact, Facts } from "../ui/Facts.tsx";
import { percent } from "../ui/numbers.ts";
import { Problem } from "../ui/Problem.tsx";
import { isSameTraining, settings } from "./settings.ts";
import * as store from "./store.ts";

const words = {
  train: { en: "Train", zh: "训练" },
  trainNew: { en: "Train anew", zh: "重新训练" },
  trainOn: { en: "Train on", zh: "继续训练" },
  pause: { en: "Pause", zh: "暂停" },
  goOn: { en: "Go on", zh: "继续" },
  step: { en: "One step", zh: "单步" },
  stop: { en: "Stop", zh: "停止" },
  reset: { en: "Reset", zh: "重置" },
  changed: {
    en: "The settings have changed: Train anew begins with a new network. The one before is kept under Runs.",
    zh: "设置已更改：“重新训练”会使用新的网络。之前的网络保存在“记录”中。",
  },
  progress: { en: "Progress", zh: "进度" },
  line: { en: "Where training stands", zh: "训练状态" },
  unsaved: { en: "This run is not kept: ", zh: "此次训练没有保存：" },
};

const statusWords: Readonly<Record<string, Text>> = {
  ready: { en: "not trained yet", zh: "尚未训练" },
  running: { en: "training", zh: "训练中" },
  paused: { en: "paused", zh: "已暂停" },
  done: { en: "finished", zh: "已完成" },
  failed: { en: "failed", zh: "失败" },
};

export function Controls() {
  const status = store.status.value;
  const run = store.run.value;
  const isMoving = store.isMoving.value;
  const isBusy = status === "running" || status === "paused";
  const isSame = run !== null && isSameTraining(run.settings, settings.value);
  const begin = async (paused: boolean): Promise<void> => {
    if (!isSame) await store.open(settings.value);
    else await store.setRate(settings.value.lr);
    if (store.problem.value === null) await store.train(paused);
  };
  const oneStep = async (): Promise<void> => {
    if (isBusy) {
      if (status === "running") await store.pause();
      return store.step();
    }
    void begin(true);
    // The training stands still before its first step: it takes this one.
    const unsubscribe = store.status.subscribe((now) => {
      if (now !== "paused") return;
      queueMicrotask(() => unsubscribe());
      void store.step();
    });
  };
  const label = run === null ? words.train : !isSame ? words.trainNew : words.trainOn;
  return (
    <section class="run-controls" aria-label={say(words.line)}>
      <div class="controls">
        {isBusy ? (
          <Button
            kind="primary"
            onClick={() => void (status === "running" ? store.pause() : store.goOn())}
          >
            {say(status === "running" ? words.pause : words.goOn)}
          </Button>
        ) : (
          <Button kind="primary" disabled={isMoving} onClick={() => void begin(false)}>
            {say(status === "ready" && isSame ? words.train : label)}
          </Button>
        )}
        <Button disabled={isMoving} onClick={() => void oneStep()}>
          {say(words.step)}
        </Button>
        <Button disabled={!isBusy} onClick={() => void store.stop()}>
          {say(words.stop)}
        </Button>
        <Button disabled={run === null || isMoving} onClick={() => void store.reset()}>
          {say(words.reset)}
        </Button>
      </div>
      <Standing />
      {/* Of a lost GPU all is said above, on every page. */}
      <Problem of={lostGpu.value === null ? store.problem.value : null} />
      {store.unsaved.value !== null && (
        <Notice>
          {say(words.unsaved)}
          {say(store.unsaved.value)}
        </Notice>
      )}
      {run !== null && !isSame && !isBusy && <Notice>{say(words.changed)}</Notice>}
    </section>
  );
}

const facts = {
  status: { en: "Status", zh: "状态" },
  epoch: { en: "Epoch", zh: "迭代周期" },
  step: { en: "Step", zh: "步" },
  loss: { en: "Loss", zh: "损失" },
  test: { en: "Test accuracy", zh: "测试准确率" },
  speed: { en: "Images/s", zh: "图像/秒" },
  left: { en: "Left", zh: "剩余" },
  parameters: { en: "Parameters", zh: "参数" },
  backend: { en: "Computed by", zh: "计算后端" },
} satisfies Record<string, Text>;

/** Figures of fixed width, so that nothing moves while they change. */
function Standing() {
  const run = store.run.value;
  const { steps, epochs } = store.curves.value;
  const machine = useAnswer("machine", { engine: engineNumber.value }).value;
  const [lastStep, lastEpoch] = [steps.at(-1), epochs.at(-1)];
  const last = (lastEpoch?.step ?? -1) >= (lastStep?.step ?? 0) ? lastEpoch : lastStep;
  const total = run?.settings.epochs ?? 0;
  const done = last?.epoch ?? 0;
  const speed = steps.findLast(({ imagesPerSecond }) => imagesPerSecond > 0)?.imagesPerSecond;
  const isRunning = store.status.value === "running";
  // The first steps wait for kernels that are compiled, and foretell nothing.
  const left =
    isRunning && run !== null && speed !== undefined && steps.length > 3
      ? (Math.max(0, total - done) * run.trainImages) / speed
      : null;
  const count = formatCount.value;
  const rows: readonly Fact[] = [
    [facts.status, say(statusWords[store.status.value] as Text)],
    [facts.epoch, run === null ? "–" : `${done.toFixed(1)} / ${Math.max(total, Math.ceil(done))}`],
    [facts.step, last === undefined ? "–" : count(last.step)],
    [facts.loss, last?.loss.toFixed(3) ?? "–"],
    [facts.test, percent(epochs.at(-1)?.testAccuracy)],
    [facts.speed, speed === undefined ? "–" : count(Math.round(speed))],
    [facts.left, left === null ? "–" : `${left.toFixed(0)} s`],
    [facts.parameters, run === null ? "–" : count(run.parameters)],
    [facts.backend, machine === null ? "–" : machineText(machine)],
  ];
  const share = total === 0 ? 0 : Math.min(1, done / total);
  return (
    <>
      <progress aria-label={say(words.progress)} value={share} max={1} />
      <Facts rows={rows} />
    </>
  );
}
