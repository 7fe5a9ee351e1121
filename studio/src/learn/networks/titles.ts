// The networks' names and what is new in each.
import type { NetworkName } from "../../engine/handlers/networkDrawing.ts";
import type { Text } from "../../text.ts";

export const titles: Readonly<Record<NetworkName, string>> = {
  lenet: "LeNet",
  alexnet: "AlexNet",
  vgg11: "VGG-11",
  vgg16: "VGG-16",
  nin: "NiN",
  googlenet: "GoogLeNet",
  resnet18: "ResNet-18",
  densenet: "DenseNet",
  squeezenet: "SqueezeNet",
  mobilenetV2: "MobileNetV2",
};

export const networkOrder = Object.keys(titles) as NetworkName[];

/** Height and width of the pictures that each is made for. */
export const ownSize: Readonly<Record<NetworkName, number>> = {
  lenet: 28,
  alexnet: 224,
  vgg11: 224,
  vgg16: 224,
  nin: 224,
  googlenet: 96,
  resnet18: 96,
  densenet: 96,
  squeezenet: 224,
  mobilenetV2: 224,
};

export const about: Readonly<Record<NetworkName, Text>> = {
  lenet: {
    en: "1998: convolution, pooling, dense layers. Everything that follows is a variation.",
    zh: "1998 年：卷积、汇聚、全连接层。此后的一切都是它的变体。",
  },
  alexnet: {
    en: "2012: LeNet made deep and wide, with ReLU and dropout. It won the ImageNet contest by far.",
    zh: "2012 年：更深更宽的 LeNet，加上 ReLU 和暂退法，以很大优势赢得 ImageNet 竞赛。",
  },
  vgg11: {
    en: "2014: one kind of block again and again: 3 × 3 convolutions, then pooling.",
    zh: "2014 年：反复使用同一种块：若干 3 × 3 卷积，然后汇聚。",
  },
  vgg16: {
    en: "The same blocks as in VGG-11, with two or three convolutions in each.",
    zh: "与 VGG-11 相同的块，每块有两到三个卷积。",
  },
  nin: {
    en: "2013: 1 × 1 convolutions do what dense layers did, at every pixel; no dense layer is left.",
    zh: "2013 年：1 × 1 卷积在每个像素上完成全连接层的工作，不再有全连接层。",
  },
  googlenet: {
    en: "2014: four paths with windows of different size look at the same input; their channels are joined.",
    zh: "2014 年：四条窗口大小不同的路径看同一个输入，结果在通道上连接。",
  },
  resnet18: {
    en: "2015: each block adds to its input what it computes from it.",
    zh: "2015 年：每个块把从输入算出的结果加到输入上。",
  },
  densenet: {
    en: "2016: each layer sees the outputs of all layers before it in its block.",
    zh: "2016 年：每一层都能看到块中在它之前所有层的输出。",
  },
  squeezenet: {
    en: "2016: few channels first, then 1 × 1 and 3 × 3 side by side: AlexNet's task with few parameters.",
    zh: "2016 年：先压缩通道，再并列使用 1 × 1 与 3 × 3：用很少的参数完成 AlexNet 的任务。",
  },
  mobilenetV2: {
    en: "2018: many channels are looked at one by one, few are passed on; made for phones.",
    zh: "2018 年：通道扩展后逐个处理，只传递少量通道；为手机而设计。",
  },
};
