// What computes the training: chosen by itself, or by the person.
import { computeChoice } from "../compute.ts";
import { engineNumber } from "../engine/client.ts";
import type { ComputeChoice } from "../engine/compute.ts";
import { useAnswer } from "../engine/useAnswer.ts";
import { say } from "../text.ts";
import { Choice, Notice } from "../ui/controls.tsx";
import { computeOn } from "./engineChange.ts";
import { isMoving, status } from "./store.ts";

const words = {
  label: { en: "Compute on", zh: "计算设备" },
  auto: { en: "automatic", zh: "自动" },
  webgpu: { en: "WebGPU: the GPU", zh: "WebGPU：GPU" },
  wasm: { en: "WASM: the processor", zh: "WASM：处理器" },
  none: { en: "The GPU cannot be used; WASM computes.", zh: "无法使用 GPU，改由 WASM 计算。" },
};

export function ComputeSetting() {
  const isBusy = status.value === "running" || status.value === "paused";
  return (
    <Choice<ComputeChoice>
      label={say(words.label)}
      value={computeChoice.value}
      options={(["auto", "webgpu", "wasm"] as const).map((value) => ({
        value,
        label: say(words[value]),
      }))}
      disabled={isBusy || isMoving.value}
      onChange={(choice) => void computeOn(choice)}
    />
  );
}

/** Why it is not what was asked for. */
export function ComputeNotice() {
  const { value } = useAnswer("machine", { engine: engineNumber.value });
  if (computeChoice.value !== "webgpu" || value === null || value.gpuFault === null) return null;
  return (
    <Notice>
      {say(words.none)} {value.gpuFault}
    </Notice>
  );
}
