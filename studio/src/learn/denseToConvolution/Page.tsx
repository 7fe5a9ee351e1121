// Chapter: from dense layers to convolutions.
import { say } from "../../text.ts";
import { ChapterFrame } from "../ChapterFrame.tsx";
import { MovedShape } from "./MovedShape.tsx";
import { ParameterCounts } from "./ParameterCounts.tsx";
import { Search } from "./Search.tsx";

const words = {
  dense: {
    en: "A dense layer has a weight for every pair of a pixel and a unit. Two ideas save nearly all of them: look at a small neighbourhood only, and use the same weights everywhere. What remains is a convolution, and its size does not depend on the picture.",
    zh: "全连接层的每个像素与每个单元之间都有一个权重。两个想法几乎省去了全部权重：只看一个小邻域（局部性），并且处处使用相同的权重。剩下的就是卷积，它的参数个数与图像大小无关。",
  },
  moveTitle: { en: "The response moves along", zh: "平移等变性" },
  move: {
    en: "Because the weights are the same everywhere, it makes no difference whether the picture is moved first or its response afterwards. This is called translation equivariance.",
    zh: "因为各处的权重相同，先平移图像再卷积，与先卷积再平移响应，结果没有差别。这称为平移等变性。",
  },
  searchTitle: { en: "Where’s Waldo?", zh: "沃尔多在哪里？" },
  search: {
    en: "To find someone in a crowd, slide a small picture of them over the scene. Where the response is largest, there they are; nobody has to say beforehand where to look.",
    zh: "要在人群中找到某个人，就让他的小图像在场景上滑动。响应最大的地方就是他所在的位置，不必事先知道该看哪里。",
  },
};

export default function Page() {
  return (
    <ChapterFrame path="learn/dense-to-convolution">
      <p>{say(words.dense)}</p>
      <ParameterCounts />
      <h2>{say(words.moveTitle)}</h2>
      <p>{say(words.move)}</p>
      <MovedShape />
      <h2>{say(words.searchTitle)}</h2>
      <p>{say(words.search)}</p>
      <Search />
    </ChapterFrame>
  );
}
