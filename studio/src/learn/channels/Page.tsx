// Chapter: several input and output channels.
import { say } from "../../text.ts";
import { ChapterFrame } from "../ChapterFrame.tsx";
import { ChannelStack } from "./ChannelStack.tsx";
import { LayerCount } from "./LayerCount.tsx";
import { PointwiseProduct } from "./PointwiseProduct.tsx";

const words = {
  inputs: {
    en: "A colour picture has three channels, and deeper layers have hundreds. A kernel then has one slice for each input channel: every slice is laid over its own channel, and all the results are added.",
    zh: "彩色图像有三个通道，更深的层有数百个通道。这时卷积核对每个输入通道各有一片：每一片与自己的通道做互相关运算，再把所有结果相加。",
  },
  outputs: {
    en: "Each output channel has such a kernel of its own, and so looks for something of its own.",
    zh: "每个输出通道都有这样一个自己的卷积核，因而各自寻找不同的特征。",
  },
  pointwiseTitle: { en: "1 × 1 convolution", zh: "1 × 1 卷积层" },
  pointwise: {
    en: "A window of one pixel sees no neighbours: it only mixes the channels. Every pixel, read as a column of numbers, is multiplied by the same matrix.",
    zh: "只有一个像素的窗口看不到相邻像素，它只混合通道。把每个像素看作一列数，它们都与同一个矩阵相乘。",
  },
  countTitle: { en: "What the layer learns", zh: "这一层学习什么" },
  count: {
    en: "There is a kernel slice for every pair of input and output channel, but one bias for every output channel: it is added once, after the sum.",
    zh: "每一对输入与输出通道都有一片卷积核，而偏置每个输出通道只有一个：它在求和之后只加一次。",
  },
};

export default function Page() {
  return (
    <ChapterFrame path="learn/channels">
      <p>{say(words.inputs)}</p>
      <p>{say(words.outputs)}</p>
      <ChannelStack />
      <h2>{say(words.pointwiseTitle)}</h2>
      <p>{say(words.pointwise)}</p>
      <PointwiseProduct />
      <h2>{say(words.countTitle)}</h2>
      <p>{say(words.count)}</p>
      <LayerCount />
    </ChapterFrame>
  );
}
