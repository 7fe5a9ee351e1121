// The chapters of Learn, in reading order: their words. What they show is loaded by routes.ts.
import type { Text } from "../text.ts";

export interface Chapter {
  readonly path: `learn/${string}`;
  readonly title: Text;
  readonly summary: Text;
}

const list = [
  {
    path: "learn/dense-to-convolution",
    title: { en: "From dense to convolution", zh: "从全连接层到卷积" },
    summary: {
      en: "Few weights, the same everywhere: what moves in the picture moves in the response.",
      zh: "权重很少，处处相同：图像中的移动带来响应中同样的移动。",
    },
  },
  {
    path: "learn/cross-correlation",
    title: { en: "Cross-correlation", zh: "互相关运算" },
    summary: {
      en: "A window slides over a picture; each position gives one number.",
      zh: "窗口在图像上滑动，每个位置得到一个数。",
    },
  },
  {
    path: "learn/padding-stride",
    title: { en: "Padding and stride", zh: "填充和步幅" },
    summary: {
      en: "How large the output becomes, and which settings are impossible.",
      zh: "输出会有多大，哪些设置不可能。",
    },
  },
  {
    path: "learn/channels",
    title: { en: "Channels", zh: "多输入多输出通道" },
    summary: {
      en: "Kernels that look at several channels, and several that look at once.",
      zh: "卷积核同时看多个通道，多个卷积核各给出一个通道。",
    },
  },
  {
    path: "learn/pooling",
    title: { en: "Pooling", zh: "汇聚层" },
    summary: {
      en: "Keeping the largest number, or the mean: fewer numbers, and a little less place.",
      zh: "取最大值或平均值：数变少了，对位置也不那么敏感。",
    },
  },
  {
    path: "learn/receptive-field",
    title: { en: "Receptive field", zh: "感受野" },
    summary: {
      en: "How much of the picture one number of a layer depends on.",
      zh: "一层中的一个数取决于图像的多大部分。",
    },
  },
  {
    path: "learn/lenet",
    title: { en: "LeNet", zh: "LeNet" },
    summary: {
      en: "A whole network: shapes, activations, and learning.",
      zh: "一个完整的网络：形状、激活与学习。",
    },
  },
  {
    path: "learn/networks",
    title: { en: "From AlexNet to DenseNet", zh: "从 AlexNet 到 DenseNet" },
    summary: {
      en: "Block diagrams drawn from the networks themselves: shapes, parameters, work.",
      zh: "由网络自身画出的结构图：形状、参数与计算量。",
    },
  },
  {
    path: "learn/batch-norm",
    title: { en: "Batch normalisation", zh: "批量规范化" },
    summary: {
      en: "Activations that keep their spread, and a larger learning rate.",
      zh: "激活值保持分布，学习率可以更大。",
    },
  },
  {
    path: "learn/residual",
    title: { en: "Residual connections", zh: "残差连接" },
    summary: {
      en: "A way around each block, on which gradients reach the first layers.",
      zh: "绕过每个块的通路，让梯度能到达最前面的层。",
    },
  },
] as const satisfies readonly Chapter[];

export type ChapterPath = (typeof list)[number]["path"];
export const chapters: readonly (Chapter & { readonly path: ChapterPath })[] = list;
