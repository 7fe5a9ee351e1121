// What went wrong, in both languages. It knows errors by their names and fields: pages carry no classes of the library.
import type { Text } from "./text.ts";

/** Kinds of the library's errors. What they say is English; Chinese readers are told the kind before it. */
const kinds: Readonly<Record<string, string>> = {
  ShapeError: "形状不匹配",
  DtypeError: "数据类型不符",
  OptionError: "设置无效",
  FormatError: "文件已损坏，或格式不符",
  DataError: "数据不可用",
  BackendError: "计算后端出错",
  NetworkTextError: "网络文本有误",
  DivergedError: "训练发散，请降低学习率",
};

/** An error in the words of both languages; its message is the English one. */
export class TextError extends Error {
  readonly text: Text;

  constructor(text: Text) {
    super(text.en);
    this.name = new.target.name;
    this.text = text;
  }
}

/** What an error says. Those of the studio bring a text in both languages. */
export function problemOf(error: unknown): Text {
  if (!(error instanceof Error)) return same(String(error));
  if ("text" in error) return error.text as Text;
  const { name, message } = error;
  return { en: message, zh: `${kinds[name] ?? "出错"}：${message}` };
}

/** The same in both languages: names and numbers. */
export function same(text: string): Text {
  return { en: text, zh: text };
}
