import { ChapterFrame } from "../ChapterFrame.tsx";

export default function Page() {
  return <ChapterFrame path="learn/networks">…</ChapterFrame>;
}
