// The systems that are measured: Fovea by backend, and its peers. Each is a process that answers commands.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findPytorch, tuned } from "./peers/pytorch.ts";
import type { Work } from "./work.ts";

export interface System {
  readonly name: string;
  readonly isPeer: boolean;
  readonly kinds: readonly Work["kind"][];
  /** Of a system that computes with fewer digits: how far it may be off. */
  readonly tolerance?: number;
  /** How its process is started; or why it cannot be. */
  start(threads: number): Start | { readonly missing: string };
}

export interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Fovea on a backend. Networks are also called as people write it, recorded anew each time; `direct` adds single ops
 * without Winograd's filtering.
 */
export function foveaSystems(
  backend: string,
  { direct = false }: { readonly direct?: boolean } = {},
): System[] {
  const system = (name: string, kinds: System["kinds"], args: readonly string[]): System => ({
    name,
    isPeer: false,
    kinds,
    start: (threads) => ({
      command: process.execPath,
      args: [here("foveaProcess.ts"), "--backend", backend, ...flags(threads), ...args],
    }),
  });
  return [
    system(backend, ["train", "infer", "op"], ["--manner", "compiled"]),
    system(`${backend}-recorded`, ["infer"], ["--manner", "recorded"]),
    ...(direct ? [system(`${backend}-direct`, ["op"], ["--winograd", "off"])] : []),
  ];
}

const flags = (threads: number): string[] => ["--threads", String(threads)];

function npmPeer(
  name: string,
  packageName: string,
  script: string,
  kinds: System["kinds"],
): System {
  return {
    name,
    isPeer: true,
    kinds,
    start(threads) {
      if (!existsSync(here(`peers/node_modules/${packageName}/package.json`)))
        return { missing: "not installed; npm run bench:setup installs it" };
      return { command: process.execPath, args: [here(`peers/${script}`), ...flags(threads)] };
    },
  };
}

let python: string | undefined | null = null;

const pytorch: System = {
  name: "pytorch",
  isPeer: true,
  kinds: ["train", "infer", "op"],
  start(threads) {
    python = python === null ? findPytorch() : python;
    if (python === undefined)
      return { missing: "not installed (Debian: apt install python3-torch libopenblas0-openmp)" };
    return { command: python, args: [here("peers/pytorch.py"), ...flags(threads)], env: tuned };
  },
};

export const peers: readonly System[] = [
  pytorch,
  npmPeer("onnxruntime", "onnxruntime-node", "onnxruntimeNode.mjs", ["infer", "op"]),
  npmPeer("onnxruntime-web", "onnxruntime-web", "onnxruntimeWeb.mjs", ["infer", "op"]),
  npmPeer("tfjs", "@tensorflow/tfjs-backend-wasm", "tfjsNode.mjs", ["train", "infer", "op"]),
  npmPeer("jax-js", "@jax-js/jax", "jaxjsNode.mjs", ["train", "infer"]),
  npmPeer("convnetjs", "convnetjs", "convnetjsNode.mjs", ["train", "infer"]),
];
