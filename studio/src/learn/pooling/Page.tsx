// Chapter: pooling.
import { say } from "../../text.ts";
import { ChapterFrame } from "../ChapterFrame.tsx";
import { MovingEdge } from "./MovingEdge.tsx";
import { PoolStepper } from "./PoolStepper.tsx";

const words = {
  window: {
    en: "Pooling also slides a window, but it learns nothing: it keeps the largest number under the window, or the mean. Unless told otherwise the window moves by its own size, so that the windows do not overlap.",
    zh: "汇聚层（池化）也滑动一个窗口，但不学习任何东西：它取窗口中的最大值或平均值。若不另外指定，步幅等于窗口大小，窗口互不重叠。",
  },
  channels: {
    en: "Every channel is pooled by itself: the number of channels stays as it is.",
    zh: "每个通道分别汇聚：通道数保持不变。",
  },
  shiftTitle: { en: "It forgives a shift", zh: "容忍平移" },
  shift: {
    en: "A detector of edges says exactly where the edge is. After pooling, only its neighbourhood is left: as long as the edge stays under the same window, the result is the same.",
    zh: "边缘检测器准确地指出边缘所在的位置。汇聚之后只留下它所在的邻域：只要边缘仍在同一窗口内，结果就不变。",
  },
};

export default function Page() {
  return (
    <ChapterFrame path="learn/pooling">
      <p>{say(words.window)}</p>
      <p>{say(words.channels)}</p>
      <PoolStepper />
      <h2>{say(words.shiftTitle)}</h2>
      <p>{say(words.shift)}</p>
      <MovingEdge />
    </ChapterFrame>
  );
}
