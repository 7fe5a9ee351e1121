// Chapter: batch normalisation.
import "./batchNorm.css";
import { say } from "../../text.ts";
import { ChapterFrame } from "../ChapterFrame.tsx";
import { PairControls, pairSettings } from "../pairs/PairControls.tsx";
import { PairCurves } from "../pairs/PairCurves.tsx";
import { usePairTraining } from "../pairs/usePairTraining.ts";
import { Channel } from "./Channel.tsx";
import { Spreads } from "./Spreads.tsx";

const words = {
  what: {
    en: "A plain network of 3 × 3 convolutions and ReLUs, and the same with batch normalisation before each ReLU. Both begin with the same weights. What a layer gives is what the next one has to work with: where it shrinks from layer to layer, little of the picture reaches the end, and hardly any gradient comes back.",
    zh: "一个由 3 × 3 卷积和 ReLU 组成的普通网络，以及在每个 ReLU 之前加上批量规范化的同一网络，两者初始权重相同。每一层的输出就是下一层的输入：如果数值逐层变小，到达末端的图像信息就很少，也几乎没有梯度传回来。",
  },
  how: {
    en: "Batch normalisation takes each channel's mean away and divides by its spread, over all pictures of the batch and all places; then it multiplies by γ and adds β, which are learned. Where the network is used afterwards, a result must not depend on what else is in the batch: there it takes running means of what it saw in training.",
    zh: "批量规范化对每个通道，在整批图像的所有位置上减去均值、除以标准差，再乘以 γ 并加上 β，这两个数是学习得到的。之后使用网络时，结果不应取决于同一批里的其他图像：这时它用训练中见过的统计量的移动平均。",
  },
  howTitle: { en: "From a number to a normalised one", zh: "一个数如何被规范化" },
  learnTitle: { en: "A larger step", zh: "更大的步子" },
  learn: {
    en: "Train both, and the figures above follow. With He's weights the plain network learns too at a rate of 0.03, and only more slowly; at 0.3 it learns nothing any more, and the normalised one still does.",
    zh: "训练两个网络，上面的图会随之变化。用 He 初始权重、学习率 0.03 时普通网络也能学习，只是慢一些；学习率为 0.3 时它再也学不到什么，而规范化的网络仍然可以。",
  },
  depth: { en: "Convolutions", zh: "卷积层数" },
};

const names = [
  { en: "without normalisation", zh: "没有规范化" },
  { en: "with normalisation", zh: "有规范化" },
] as const;

export default function Page() {
  const pair = pairSettings("normalisation", { depth: 8, lr: "0.3" });
  const training = usePairTraining(pair);
  const { version } = training;
  return (
    <ChapterFrame path="learn/batch-norm">
      <p>{say(words.what)}</p>
      <PairControls pair={pair} depth={words.depth} />
      <Spreads pair={pair} version={version} names={names} />
      <h2>{say(words.howTitle)}</h2>
      <p>{say(words.how)}</p>
      <Channel pair={pair} version={version} />
      <h2>{say(words.learnTitle)}</h2>
      <p>{say(words.learn)}</p>
      <PairCurves training={training} names={names} />
    </ChapterFrame>
  );
}
