// Chapter: cross-correlation.
import { say } from "../../text.ts";
import { ChapterFrame } from "../ChapterFrame.tsx";
import { Stepper } from "./Stepper.tsx";

const words = {
  window: {
    en: "Lay the kernel over a part of the input. Multiply each pair of numbers that lie on each other, and add the products: that is one number of the output. Then move on by one.",
    zh: "把卷积核放在输入的一个区域上，将重叠的每对数相乘，再把乘积相加，就得到输出的一个数。然后移动一格。",
  },
};

export default function Page() {
  return (
    <ChapterFrame path="learn/cross-correlation">
      <p>{say(words.window)}</p>
      <Stepper />
    </ChapterFrame>
  );
}
