// Chapter: residual connections.
import "./residual.css";
import { say } from "../../text.ts";
import { ChapterFrame } from "../ChapterFrame.tsx";
import { PairControls, pairSettings } from "../pairs/PairControls.tsx";
import { PairCurves } from "../pairs/PairCurves.tsx";
import { usePairTraining } from "../pairs/usePairTraining.ts";
import { Gradients } from "./Gradients.tsx";
import { Maps } from "./Maps.tsx";

const words = {
  what: {
    en: "Two networks of the same depth and width, from the same starting weights. In one, each block of two convolutions computes its output. In the other it computes only what is to be added to its input: f(x) = x + g(x). The sum passes gradients on as they are, so that some of it reaches the first layers however many blocks lie between.",
    zh: "两个深度、宽度和初始权重都相同的网络。在一个网络中，由两个卷积组成的块直接算出输出；在另一个网络中，块只算出要加到输入上的部分：f(x) = x + g(x)。求和会原样传递梯度，因此无论中间隔着多少块，总有一部分梯度能到达最前面的层。",
  },
  addTitle: { en: "A block changes its input a little", zh: "块只对输入作少量修改" },
  add: {
    en: "A block that has nothing to contribute needs only make g(x) small, and the input passes through. A deeper network is then no worse to begin with than a shallow one.",
    zh: "一个没有贡献的块只需让 g(x) 很小，输入便原样通过。因此更深的网络从一开始就不会比浅的差。",
  },
  learnTitle: { en: "Deep networks that learn", zh: "能学习的深层网络" },
  learn: {
    en: "Train both, and the figures above follow. With two blocks both may learn; the more blocks, the less the plain network does. There is no batch normalisation here, so that the difference is the connections' alone; with He's larger weights, sums grow from block to block, which is why real residual networks normalise.",
    zh: "训练两个网络，上面的图会随之变化。只有两个块时两者都可能学会；块越多，普通网络学到的越少。这里没有批量规范化，因此差别只来自连接；若用较大的 He 初始权重，和会逐块变大，这正是真正的残差网络要加规范化的原因。",
  },
  depth: { en: "Blocks of two convolutions", zh: "块数（每块两个卷积）" },
};

const names = [
  { en: "without connections", zh: "没有连接" },
  { en: "with connections", zh: "有连接" },
] as const;

export default function Page() {
  const pair = pairSettings("connections", { depth: 8, lr: "0.1" });
  const training = usePairTraining(pair);
  const { version } = training;
  return (
    <ChapterFrame path="learn/residual">
      <p>{say(words.what)}</p>
      <PairControls pair={pair} depth={words.depth} />
      <Gradients pair={pair} version={version} names={names} />
      <h2>{say(words.addTitle)}</h2>
      <p>{say(words.add)}</p>
      <Maps pair={pair} version={version} />
      <h2>{say(words.learnTitle)}</h2>
      <p>{say(words.learn)}</p>
      <PairCurves training={training} names={names} />
    </ChapterFrame>
  );
}
