// The page that computes golden numbers, on wasm as its address says.
import { setBackend } from "../../src/index.ts";
import { runGolden } from "./run.ts";
import { goldenOf } from "./support.ts";

const asked = new URL(import.meta.url).searchParams;
setBackend("wasm", {
  threads: Number(asked.get("threads") ?? 1),
  relaxedSimd: asked.get("relaxed") !== "off",
});
const json = await (await fetch("/golden/cases.json")).text();
const bytes = new Uint8Array(await (await fetch("/golden/cases.safetensors")).arrayBuffer());

/** What the page answers. */
export default await runGolden(goldenOf(json, bytes));
