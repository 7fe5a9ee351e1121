// Loss, accuracy and learning rate, as training goes on.
import { useMemo } from "preact/hooks";
import { say } from "../text.ts";
import { AccuracyPlot, LossPlot, RatePlot, useTrainAndTest } from "../ui/LearningPlots.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Columns } from "./columns.ts";
import { curves } from "./store.ts";

const title = { en: "Curves", zh: "曲线" };

export function Curves() {
  const shown = curves.value;
  const { x, trainLoss, testLoss, trainAccuracy, testAccuracy, rates } = useMemo(
    () => new Columns(shown.steps, shown.epochs),
    [shown],
  );
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
