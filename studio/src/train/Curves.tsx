// Loss, accuracy and learning rate, as training goes on.
import { useMemo } from "preact/hooks";
import { say } from "../text.ts";
import { AccuracyPlot, LossPlot, RatePlot, useTrainAndTest } from "../ui/LearningPlots.tsx";
import { Panel } from "../ui/Panel.tsx";
import { curves } from "./store.ts";

const title = { en: "Curves", zh: "曲线" };

export function Curves() {
  const shown = curves.value;
  const { x, trainLoss, testLoss, trainAccuracy, testAccuracy, rates } = useMemo(() => {
    // Where an epoch ends, its own figures come last.
    const points = [...shown.steps, ...shown.epochs].sort((a, b) => a.epoch - b.epoch);
    return {
      x: points.map(({ epoch }) => epoch),
      trainLoss: points.map(({ loss }) => loss),
      trainAccuracy: points.map(({ accuracy }) => accuracy),
      rates: points.map(({ lr }) => lr),
      testLoss: points.map((point) => ("testLoss" in point ? Number(point.testLoss) : null)),
      testAccuracy: points.map((point) =>
        "testAccuracy" in point ? Number(point.testAccuracy) : null,
      ),
    };
  }, [shown]);
  const loss = useTrainAndTest(trainLoss, testLoss);
  const accuracy = useTrainAndTest(trainAccuracy, testAccuracy);
  return (
    <Panel title={say(title)}>
      <div class="plots">
        <LossPlot x={x} series={loss} />
        <AccuracyPlot x={x} series={accuracy} />
        <RatePlot x={x} rates={rates} />
      </div>
    </Panel>
  );
}
