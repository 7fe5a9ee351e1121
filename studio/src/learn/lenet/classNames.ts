// The classes of Fashion-MNIST in words.
import { say, type Text } from "../../text.ts";

const names: readonly Text[] = [
  { en: "t-shirt", zh: "T恤" },
  { en: "trouser", zh: "裤子" },
  { en: "pullover", zh: "套衫" },
  { en: "dress", zh: "连衣裙" },
  { en: "coat", zh: "外套" },
  { en: "sandal", zh: "凉鞋" },
  { en: "shirt", zh: "衬衫" },
  { en: "sneaker", zh: "运动鞋" },
  { en: "bag", zh: "包" },
  { en: "ankle boot", zh: "短靴" },
];

/** The name of a class by its label. */
export function className(label: number): string {
  const name = names[label];
  return name === undefined ? String(label) : say(name);
}
