// The page: makes the contender that its address names, asks for commands and sends answers.
import { type Answer, Answering, type Command, type Contender, type Files } from "../contender.ts";

const modules = "/benchmarks/peers/node_modules";

async function contenderOf(name: string, threads: number): Promise<Contender> {
  if (name === "onnxruntime-web") return onnxruntimeWeb(threads);
  if (name === "tfjs") return tfjs(threads);
  const { setBackend } = await import("../../src/index.ts");
  const { foveaContender } = await import("../fovea.ts");
  const { version } = (await (await fetch("/package.json")).json()) as { version: string };
  setBackend("wasm", { threads });
  return foveaContender(version, name === "wasm" ? "compiled" : "recorded");
}

/** Peers are given as they are: their types are not installed with the repository. */
async function imported(address: string): Promise<Readonly<Record<string, unknown>>> {
  return (await import(address)) as Readonly<Record<string, unknown>>;
}

async function versionOf(name: string): Promise<string> {
  const file = await fetch(`${modules}/${name}/package.json`);
  return ((await file.json()) as { version: string }).version;
}

async function onnxruntimeWeb(threads: number): Promise<Contender> {
  const folder = `${modules}/onnxruntime-web/dist/`;
  const ort = (await imported(`${folder}ort.wasm.min.mjs`)) as unknown as {
    env: { wasm: { numThreads: number; wasmPaths: string } };
  };
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = folder;
  const { onnxContender } = await imported("/benchmarks/peers/onnxruntime.mjs");
  const make = onnxContender as (...given: unknown[]) => Contender;
  const options = { executionProviders: ["wasm"] };
  return make(ort, await versionOf("onnxruntime-web"), threads, options);
}

async function tfjs(threads: number): Promise<Contender> {
  await script(`${modules}/@tensorflow/tfjs/dist/tf.min.js`);
  const folder = `${modules}/@tensorflow/tfjs-backend-wasm/dist/`;
  await script(`${folder}tf-backend-wasm.min.js`);
  const { tf } = globalThis as unknown as {
    tf: {
      wasm: { setWasmPaths(path: string): void; setThreadsCount(threads: number): void };
      setBackend(name: string): Promise<boolean>;
      ready(): Promise<void>;
    };
  };
  tf.wasm.setWasmPaths(folder);
  tf.wasm.setThreadsCount(threads);
  await tf.setBackend("wasm");
  await tf.ready();
  const { tfjsContender } = await imported("/benchmarks/peers/tfjs.mjs");
  const make = tfjsContender as (...given: unknown[]) => Contender;
  return make(tf, await versionOf("@tensorflow/tfjs"), threads);
}

function script(address: string): Promise<void> {
  const element = document.createElement("script");
  element.src = address;
  return new Promise((done, fail) => {
    element.onload = () => done();
    element.onerror = () => fail(new Error(`${address} does not load`));
    document.head.append(element);
  });
}

const files: Files = {
  json: async () => (await fetch("/work.json")).json(),
  bytes: async () => (await fetch("/work.bin")).arrayBuffer(),
  write: async (bytes) => void (await fetch("/output", { method: "POST", body: bytes })),
};

async function send(answer: Answer): Promise<void> {
  await fetch("/answer", { method: "POST", body: JSON.stringify(answer) });
}

const asked = new URL(location.href).searchParams;
const name = asked.get("contender") ?? "wasm";
const threads = Number(asked.get("threads") ?? 1);
try {
  const answering = new Answering(await contenderOf(name, threads), files);
  for (;;) {
    const command = (await (await fetch("/command")).json()) as Command;
    await send(await answering.answer(command));
  }
} catch (error) {
  await send({ error: error instanceof Error ? error.message : String(error) });
}
