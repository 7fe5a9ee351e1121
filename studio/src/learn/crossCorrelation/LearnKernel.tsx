// Gradient descent finds the edge detector, step by step.
import { useEffect, useState } from "preact/hooks";
import { ask } from "../../engine/client.ts";
import type { LearnedKernel } from "../../engine/handlers/learnKernel.ts";
import { changeSettings, countSetting, setting } from "../../location.ts";
import { say } from "../../text.ts";
import { Button, Choice, Toggle } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Matrix } from "../../ui/Matrix.tsx";
import { Plot } from "../../ui/Plot.tsx";
import { Problem } from "../../ui/Problem.tsx";
import { useRepeat } from "../../ui/useRepeat.ts";

const words = {
  title: { en: "The kernel is learned", zh: "学习由 X 得到 Y 的卷积核" },
  layer: { en: "Layer", zh: "层" },
  biased: { en: "with bias, rate 0.01, 20 steps", zh: "有偏置，学习率 0.01，20 步" },
  plain: { en: "without bias, rate 0.03, 10 steps", zh: "无偏置，学习率 0.03，10 步" },
  strict: { en: "through strict convolution", zh: "使用严格卷积" },
  start: { en: "Start", zh: "开始" },
  pause: { en: "Pause", zh: "暂停" },
  step: { en: "One step", zh: "一步" },
  reset: { en: "Reset", zh: "重置" },
  other: { en: "Other start", zh: "换一个初始值" },
  kernel: { en: "Learned kernel", zh: "学到的卷积核" },
  bias: { en: "Learned bias", zh: "学到的偏置" },
  loss: { en: "loss", zh: "损失" },
  stepAxis: { en: "Step", zh: "步" },
  lossAxis: { en: "Squared error, summed", zh: "平方误差之和" },
};

const forms = {
  biased: { hasBias: true, learningRate: 0.01, steps: 20 },
  plain: { hasBias: false, learningRate: 0.03, steps: 10 },
} as const;
type Form = keyof typeof forms;

interface State {
  readonly kernel: LearnedKernel | null;
  /** Before each step so far. */
  readonly losses: readonly number[];
}

const three = (value: number): string => value.toFixed(3).replace("-", "−");

export function LearnKernel() {
  const form: Form = setting("layer", "biased") === "plain" ? "plain" : "biased";
  // How near the kernel comes in so few steps depends on where it starts; this is a good start.
  const seed = countSetting("seed", 3, 1, 1e6);
  const isStrict = setting("flip", "no") === "yes";
  const { hasBias, learningRate, steps } = forms[form];
  const [{ kernel, losses }, setState] = useState<State>({ kernel: null, losses: [] });
  const [isRunning, setRunning] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const reset = async (): Promise<void> => {
    setRunning(false);
    setState({ kernel: await ask("newKernel", { seed, hasBias }), losses: [] });
  };
  useEffect(() => {
    let isCurrent = true;
    setRunning(false);
    void ask("newKernel", { seed, hasBias }).then((fresh) => {
      if (isCurrent) setState({ kernel: fresh, losses: [] });
    });
    return () => {
      isCurrent = false;
    };
  }, [seed, hasBias, isStrict]);
  const step = async (): Promise<void> => {
    if (kernel === null || isBusy) return;
    setBusy(true);
    try {
      const next = await ask("kernelStep", { kernel, learningRate, isStrict });
      // What was reset in the meantime stays reset.
      setState((now) =>
        now.kernel === kernel ? { kernel: next.kernel, losses: [...now.losses, next.loss] } : now,
      );
      if ((losses.length + 1) % steps === 0) setRunning(false);
    } catch (problem) {
      setError(problem as Error);
      setRunning(false);
    }
    setBusy(false);
  };
  useRepeat(isRunning, 150, step);
  const last = losses.at(-1);
  const [left = 0, right = 0] = kernel?.weight ?? [];
  const aim = isStrict ? "[−1, 1]" : "[1, −1]";
  const now = `[${three(left)}, ${three(right)}]`;
  const caption = say({
    en: `Steps so far: ${losses.length}. The kernel is ${now}; the one that made the edges is ${aim}${last === undefined ? "" : `. The loss before the last step was ${last.toPrecision(3)}`}.`,
    zh: `${losses.length} 步之后卷积核为 ${now}，生成边缘的卷积核为 ${aim}${last === undefined ? "" : `。最后一步之前的损失为 ${last.toPrecision(3)}`}。`,
  });
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Choice
          label={say(words.layer)}
          value={form}
          options={(["biased", "plain"] as const).map((each) => ({
            value: each,
            label: say(words[each]),
          }))}
          onChange={(layer) => changeSettings({ layer })}
        />
        <Button kind="primary" onClick={() => setRunning(!isRunning)}>
          {say(isRunning ? words.pause : words.start)}
        </Button>
        <Button disabled={isRunning || isBusy} onClick={() => void step()}>
          {say(words.step)}
        </Button>
        <Button onClick={() => void reset()}>{say(words.reset)}</Button>
        <Button onClick={() => changeSettings({ seed: seed + 1 })}>{say(words.other)}</Button>
        <Toggle
          label={say(words.strict)}
          checked={isStrict}
          onChange={(checked) => changeSettings({ flip: checked ? "yes" : "no" })}
        />
      </div>
      <Problem of={error} />
      <div class="part wide-cells">
        <span class="part-title">{say(words.kernel)}</span>
        <Matrix label={say(words.kernel)} values={[[left, right]]} most={1} format={three} />
        {kernel !== null && kernel.bias !== null && (
          <>
            <span class="part-title">{say(words.bias)}</span>
            <Matrix label={say(words.bias)} values={[[kernel.bias]]} most={1} format={three} />
          </>
        )}
      </div>
      <Plot
        label={say(words.loss)}
        x={losses.map((_, i) => i + 1)}
        xLabel={say(words.stepAxis)}
        yLabel={say(words.lossAxis)}
        series={[{ label: say(words.loss), values: losses }]}
      />
    </Figure>
  );
}
