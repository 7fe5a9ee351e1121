// Chapter: padding, stride and dilation.
import { say } from "../../text.ts";
import { ChapterFrame } from "../ChapterFrame.tsx";
import { SameSizes } from "./SameSizes.tsx";
import { Sliding } from "./Sliding.tsx";
import { StackedSizes } from "./StackedSizes.tsx";

const words = {
  intro: {
    en: "Padding puts zeros around the input, so that the window also reaches its border. The stride is how far the window moves from one number of the output to the next. Dilation pulls the numbers of the kernel apart. Each of them changes the size of the output.",
    zh: "填充在输入四周添上 0，使窗口也能覆盖边界。步幅是从输出的一个数到下一个数时窗口移动的距离。扩张（空洞）把卷积核的数拉开。三者都会改变输出的大小。",
  },
  sameTitle: { en: "Padding that keeps the size", zh: "保持大小不变的填充" },
  same: {
    en: "With stride 1, k − 1 rows of padding keep the height. An odd kernel shares them evenly between top and bottom; an even one cannot.",
    zh: "步幅为 1 时，共填充 k − 1 行可保持高度不变。奇数大小的卷积核可以上下各填一半，偶数的则不能。",
  },
  stackTitle: { en: "Layer after layer", zh: "一层接一层" },
  stack: {
    en: "Without padding every layer takes away k − 1 rows and columns. In a deep network that adds up.",
    zh: "没有填充时，每一层都会减少 k − 1 行和 k − 1 列。在深的网络中，这会不断累积。",
  },
};

export default function Page() {
  return (
    <ChapterFrame path="learn/padding-stride">
      <p>{say(words.intro)}</p>
      <Sliding />
      <h2>{say(words.sameTitle)}</h2>
      <p>{say(words.same)}</p>
      <SameSizes />
      <h2>{say(words.stackTitle)}</h2>
      <p>{say(words.stack)}</p>
      <StackedSizes />
    </ChapterFrame>
  );
}
