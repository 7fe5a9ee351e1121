// Chapter: LeNet.
import { useState } from "preact/hooks";
import type { LenetForm } from "../../engine/handlers/lenet.ts";
import { changeSettings, setting } from "../../location.ts";
import { say } from "../../text.ts";
import { Choice } from "../../ui/controls.tsx";
import { ChapterFrame } from "../ChapterFrame.tsx";
import { LayerFlow } from "./LayerFlow.tsx";
import { LiveActivations } from "./LiveActivations.tsx";
import { Training } from "./Training.tsx";

const words = {
  what: {
    en: "LeNet read handwritten digits in 1998. Two convolutions with pooling turn a picture of 28 × 28 pixels into 16 small maps; three dense layers turn those into one number for each class.",
    zh: "LeNet 在 1998 年就能识别手写数字。两个带汇聚的卷积层把 28 × 28 的图像变成 16 张小的特征图，三个全连接层再把它们变成每个类别一个数。",
  },
  form: { en: "Network", zh: "网络" },
  textbook: { en: "textbook: sigmoid, average pooling", zh: "教科书：sigmoid，平均汇聚" },
  today: { en: "as today: ReLU, max pooling", zh: "今天的做法：ReLU，最大汇聚" },
  liveTitle: { en: "What every layer makes of a picture", zh: "每一层如何看一幅图像" },
  live: {
    en: "Choose a picture or draw one. Before training the maps are those of random kernels, and the classes are guesses.",
    zh: "选择一幅图像，或自己画一幅。训练之前，特征图来自随机的卷积核，类别只是猜测。",
  },
  trainTitle: { en: "Learning", zh: "学习" },
  train: {
    en: "1,500 pictures of clothes are few, but enough to watch: the figure above follows while the network learns here, in this page. The sigmoids of the textbook's form need many more steps than these pictures give.",
    zh: "1,500 幅服装图像不算多，但足以观察：网络就在此页面中学习，上面的图会随之变化。教科书形式中的 sigmoid 需要的训练步数远多于这些图像所能提供的。",
  },
};

export default function Page() {
  const form: LenetForm = setting("form", "today") === "textbook" ? "textbook" : "today";
  // Grows whenever the network has changed.
  const [version, setVersion] = useState(0);
  const changed = (): void => setVersion((before) => before + 1);
  return (
    <ChapterFrame path="learn/lenet">
      <p>{say(words.what)}</p>
      <div class="controls">
        <Choice<LenetForm>
          label={say(words.form)}
          value={form}
          options={(["today", "textbook"] as const).map((value) => ({
            value,
            label: say(words[value]),
          }))}
          onChange={(chosen) => changeSettings({ form: chosen })}
        />
      </div>
      <LayerFlow form={form} />
      <h2>{say(words.liveTitle)}</h2>
      <p>{say(words.live)}</p>
      <LiveActivations form={form} version={version} />
      <h2>{say(words.trainTitle)}</h2>
      <p>{say(words.train)}</p>
      <Training key={form} form={form} onChange={changed} />
    </ChapterFrame>
  );
}
