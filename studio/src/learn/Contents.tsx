import { addressOf } from "../location.ts";
import { say } from "../text.ts";
import { chapters } from "./chapters.ts";

const words = {
  title: { en: "Convolutional networks, alive", zh: "动起来的卷积网络" },
  lead: {
    en: "Every number and picture on these pages is computed while you look, by the same engine that trains networks. Change anything.",
    zh: "这些页面上的每个数字和每幅图都是在您观看时由训练网络的同一引擎实时计算的。您可以改动任何内容。",
  },
};

export default function Contents() {
  return (
    <>
      <h1>{say(words.title)}</h1>
      <p class="lead">{say(words.lead)}</p>
      <ol class="chapters">
        {chapters.map(({ path, title, summary }) => (
          <li key={path}>
            <a href={addressOf(path)}>{say(title)}</a>
            <p>{say(summary)}</p>
          </li>
        ))}
      </ol>
    </>
  );
}
