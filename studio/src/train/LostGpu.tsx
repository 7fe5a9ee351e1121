// The GPU was lost: said on every page, with what can be done.
import { lostGpu } from "../engine/client.ts";
import { say } from "../text.ts";
import { Button, Notice } from "../ui/controls.tsx";
import { recover } from "./engineChange.ts";
import { run } from "./store.ts";

const words = {
  lost: { en: "The GPU can no longer be used.", zh: "GPU 已无法使用。" },
  kept: {
    en: "The run goes on from where it was kept: the end of its last epoch, or its last pause.",
    zh: "训练将从保存处继续：最近一个迭代周期结束时，或最近一次暂停时。",
  },
  wasm: { en: "Go on with WASM", zh: "改用 WASM 继续" },
  again: { en: "Try the GPU again", zh: "重试 GPU" },
};

export function LostGpu() {
  if (lostGpu.value === null) return null;
  return (
    <Notice kind="problem">
      <p>
        {say(words.lost)} {run.value !== null && say(words.kept)}
      </p>
      <p>{lostGpu.value}</p>
      <div class="controls">
        <Button kind="primary" onClick={() => void recover("wasm")}>
          {say(words.wasm)}
        </Button>
        <Button onClick={() => void recover("webgpu")}>{say(words.again)}</Button>
      </div>
    </Notice>
  );
}
