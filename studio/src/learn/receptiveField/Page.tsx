// Chapter: the receptive field.
import { say } from "../../text.ts";
import { ChapterFrame } from "../ChapterFrame.tsx";
import { NetworkField } from "./NetworkField.tsx";
import { StackField } from "./StackField.tsx";

const words = {
  what: {
    en: "A number of a layer depends on a window of the layer below, each number of that window on a window further down, and so on. The part of the picture that a unit depends on in the end is its receptive field. It grows with each layer, faster behind strides and with dilation.",
    zh: "某一层的一个数取决于下一层的一个窗口，而窗口中的每个数又取决于更下层的窗口，依此类推。一个单元最终依赖的图像部分就是它的感受野。感受野逐层增大，在步幅之后或使用膨胀时增大得更快。",
  },
  networkTitle: { en: "Of whole networks", zh: "完整网络的感受野" },
  network: {
    en: "The same for the networks of this library. Where branches meet, the field is the smallest window around all of them; after the picture has become a list of numbers, everything is seen.",
    zh: "本库中各网络的感受野。在分支汇合处，感受野是包含所有分支的最小窗口；当图像展平为一列数之后，每个数都能看到整幅图像。",
  },
};

export default function Page() {
  return (
    <ChapterFrame path="learn/receptive-field">
      <p>{say(words.what)}</p>
      <StackField />
      <h2>{say(words.networkTitle)}</h2>
      <p>{say(words.network)}</p>
      <NetworkField />
    </ChapterFrame>
  );
}
