// What is measured in a browser: each name is a contender that `page.ts` knows.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Start, System } from "../systems.ts";

const page: Start = { command: "page", args: [] };

function peer(name: string, packageName: string): System {
  const path = fileURLToPath(new URL(`../peers/node_modules/${packageName}`, import.meta.url));
  return {
    name,
    isPeer: true,
    kinds: name === "tfjs" ? ["train", "infer"] : ["infer"],
    start: () =>
      existsSync(path) ? page : { missing: "not installed; npm run bench:setup installs it" },
  };
}

export const browserSystems: readonly System[] = [
  { name: "wasm", isPeer: false, kinds: ["train", "infer"], start: () => page },
  { name: "wasm-recorded", isPeer: false, kinds: ["infer"], start: () => page },
  peer("onnxruntime-web", "onnxruntime-web"),
  peer("tfjs", "@tensorflow/tfjs-backend-wasm"),
];
