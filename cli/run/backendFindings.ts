// What of this machine could compute, for `fovea doctor`: what commands use, and why not the rest.
import { backend, gpuSupport, nativeSupport, setBackend } from "../../src/index.ts";
import { commandWords } from "../commandWords.ts";
import { bytes, count } from "../terminal/format.ts";
import { computeOn } from "./backend.ts";
import type { Finding } from "./finding.ts";

/** A backend: whether it can be used and how it is asked for, and what there is to say of it. */
interface Offer {
  readonly name: string;
  readonly value: string;
  readonly details?: readonly Finding[];
}

/** Every backend: the one that commands use first, then those that they would, and those that cannot be used. */
export async function backendFindings(): Promise<Finding[]> {
  // Before anything else: wasm switches on what Node 20 has behind a flag.
  setBackend("wasm");
  const used = await usedByCommands();
  const offers = [native(), wasm(), await webgpu(), reference()];
  const own = offers.find(({ name }) => used.name === name);
  const others = offers.filter((offer) => offer !== own);
  return [
    used,
    ...(own?.details ?? []),
    ...others.flatMap(({ name, value, details = [] }) => [{ name, value }, ...details]),
  ];
}

async function usedByCommands(): Promise<Finding> {
  try {
    await computeOn();
  } catch (error) {
    return { name: "commands", value: oneLine((error as Error).message), isGood: false };
  }
  const { name, device, capabilities } = backend();
  const { lanes, threads, fusedMultiplyAdd } = capabilities;
  const processor = [
    `${threads} ${threads === 1 ? "thread" : "threads"}`,
    `${lanes} floats a register`,
    ...(fusedMultiplyAdd ? ["fused multiply-add"] : []),
  ];
  return { name, value: `used (${device ?? processor.join(", ")})`, isGood: true };
}

function byName(name: string): string {
  return `not used: --backend ${name} takes it`;
}

function wasm(): Offer {
  return { name: "wasm", value: `${byName("wasm")}; programs that choose none have it` };
}

function reference(): Offer {
  const what = "plain loops in float64, slow; the truth that others are tested against";
  return { name: "reference", value: `${byName("reference")}; ${what}` };
}

/** What native code would need, or why there is none. */
function native(): Offer {
  const { fault, compiler, isas, folder } = nativeSupport();
  if (fault !== null) return { name: "native", value: `cannot run: ${oneLine(fault)}` };
  const details = [
    { name: "native compiler", value: compiler as string },
    { name: "native code for", value: isas.join(", ") },
    { name: "native kernels", value: folder ?? "not kept" },
  ];
  return { name: "native", value: byName("native"), details };
}

/** The GPU, or why there is none. */
async function webgpu(): Promise<Offer> {
  const { fault, gpu } = await gpuSupport();
  if (gpu === null) return { name: "webgpu", value: `cannot run: ${oneLine(fault ?? "")}` };
  const { title, isSoftware, memoryLimit, workgroupMemory, workgroupSize } = gpu;
  const details = [
    { name: "gpu", value: isSoftware ? `${title}: computes on the processor` : title },
    { name: "gpu memory", value: `${bytes(memoryLimit)} of tensors, as much of temporaries` },
    {
      name: "gpu workgroups",
      value: `${count(workgroupSize)} invocations, ${bytes(workgroupMemory)} shared`,
    },
    {
      name: "gpu clock",
      value: gpu.hasClock ? "yes: kernels are timed by it" : "no: kernels are timed as they end",
    },
    {
      name: "gpu float16",
      value: gpu.hasFloat16
        ? "yes: --matmul-precision float16 multiplies in it"
        : "no: it has not shader-f16",
    },
  ];
  const value = isSoftware
    ? "no GPU, only an adapter that computes on the processor: --backend webgpu:software takes it"
    : byName("webgpu");
  return { name: "webgpu", value, details };
}

/** The headline of an error and its hint. */
function oneLine(message: string): string {
  const [headline = "", ...rows] = commandWords(message).split("\n");
  const hint = rows
    .find((row) => row.trim().startsWith("hint"))
    ?.trim()
    .replace(/^hint\s+/, "");
  const text = headline.replace(/^(native|webgpu): /, "");
  return hint === undefined ? text : `${text}; ${hint}`;
}
