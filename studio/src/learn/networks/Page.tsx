// Chapter: from AlexNet to DenseNet.
import "./networks.css";
import { say } from "../../text.ts";
import { ChapterFrame } from "../ChapterFrame.tsx";
import { Comparison } from "./Comparison.tsx";
import { Inception } from "./Inception.tsx";
import { NetworkFigure } from "./NetworkFigure.tsx";

const words = {
  what: {
    en: "Ten networks, each with an idea that later ones kept. They are drawn from the networks themselves, as Fovea builds and runs them: point at a block, or move to it with the Tab key, to see what is inside.",
    zh: "十个网络，每个都带来一个被后来者继承的想法。图由网络自身画出，正如 Fovea 构建和运行它们：指向一个块，或用 Tab 键移到它，就能看到内部。",
  },
  sizes: {
    en: "Another size of the pictures changes the work, and in AlexNet and VGG also the first dense layer, which has weights for every number that reaches it. Pictures may be too small for all the halving: then the layer at fault says so.",
    zh: "改变图像大小会改变计算量；在 AlexNet 和 VGG 中还会改变第一个全连接层，因为到达它的每个数都有权重。图像可能太小，不够多次减半：那时出错的层会说明原因。",
  },
  inceptionTitle: { en: "Few channels for large windows", zh: "大窗口只看少量通道" },
  inception: {
    en: "GoogLeNet's block looks with several windows at once, and is cheaper than one convolution that gives as many channels.",
    zh: "GoogLeNet 的块同时用几种窗口观察，却比输出同样多通道的单个卷积更便宜。",
  },
  compareTitle: { en: "Large is not the same as slow", zh: "大不等于慢" },
  compare: {
    en: "Parameters take memory, multiply-adds take time. Dense layers have many parameters that are used once for each picture; convolutions have few that are used at every place.",
    zh: "参数占用内存，乘加耗费时间。全连接层参数多，但每幅图像只用一次；卷积参数少，但在每个位置都要使用。",
  },
};

export default function Page() {
  return (
    <ChapterFrame path="learn/networks">
      <p>{say(words.what)}</p>
      <p>{say(words.sizes)}</p>
      <NetworkFigure />
      <h2>{say(words.inceptionTitle)}</h2>
      <p>{say(words.inception)}</p>
      <Inception />
      <h2>{say(words.compareTitle)}</h2>
      <p>{say(words.compare)}</p>
      <Comparison />
    </ChapterFrame>
  );
}
