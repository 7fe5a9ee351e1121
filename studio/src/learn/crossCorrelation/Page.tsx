// Chapter: cross-correlation.
import { say } from "../../text.ts";
import { ChapterFrame } from "../ChapterFrame.tsx";
import { Edges } from "./Edges.tsx";
import { LearnKernel } from "./LearnKernel.tsx";
import { Stepper } from "./Stepper.tsx";

const words = {
  window: {
    en: "Lay the kernel over a part of the input. Multiply each pair of numbers that lie on each other, and add the products: that is one number of the output. Then move on by one.",
    zh: "把卷积核放在输入的一个区域上，将重叠的每对数相乘，再把乘积相加，就得到输出的一个数。然后移动一格。",
  },
  strict: {
    en: "The convolution of mathematics flips the kernel first, in both directions. Layers that learn their kernel do not care: they would learn the flipped one.",
    zh: "数学中的严格卷积先把卷积核上下左右翻转。对学习卷积核的层来说没有差别：它会学到翻转后的卷积核。",
  },
  edgeTitle: { en: "Finding edges", zh: "边缘检测" },
  edge: {
    en: "A kernel that subtracts neighbours answers 0 where the picture is even, and something else where it changes. Other kernels see other things.",
    zh: "让相邻像素相减的卷积核，在图像均匀处得到 0，在变化处得到非 0 值。不同的卷积核看到不同的东西。",
  },
  learnTitle: { en: "Learning the kernel", zh: "学习卷积核" },
  learn: {
    en: "Nobody has to think of the kernel. Given the striped picture and its edges, gradient descent on the squared error finds it.",
    zh: "卷积核不必由人设计。给定条纹图像及其边缘，对平方误差做梯度下降就能学到它。",
  },
};

export default function Page() {
  return (
    <ChapterFrame path="learn/cross-correlation">
      <p>{say(words.window)}</p>
      <p>{say(words.strict)}</p>
      <Stepper />
      <h2>{say(words.edgeTitle)}</h2>
      <p>{say(words.edge)}</p>
      <Edges />
      <h2>{say(words.learnTitle)}</h2>
      <p>{say(words.learn)}</p>
      <LearnKernel />
    </ChapterFrame>
  );
}
