// Says on every page that a training is running, and leads to it.
import { useEffect } from "preact/hooks";
import { addressOf, path } from "../../location.ts";
import { say } from "../../text.ts";
import { startWatching, watched } from "./store.ts";
import "./note.css";

const words = {
  running: { en: "A training is running: watch it", zh: "有训练正在进行：查看" },
  over: { en: "A training is over: look at it", zh: "训练已结束：查看" },
};

export function WatchNote() {
  useEffect(() => {
    void startWatching();
  }, []);
  if (watched.value === null || path.value === "runs") return null;
  return (
    <p class="watch-note">
      <a href={addressOf("runs")}>
        {say(watched.value.over === null ? words.running : words.over)}
      </a>
    </p>
  );
}
