// A contender as a process: one command a line on standard input, one line of JSON as the answer to each.
// `work.json`, `work.bin` and the outputs lie in the folder named by FOVEA_BENCH_FOLDER.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Answering, type Command, type Contender, type Files } from "./contender.ts";

/** A system's option from its command line: `--threads 2`. */
export function argument(name: string, otherwise: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise);
}

const folder = process.env.FOVEA_BENCH_FOLDER ?? ".";

const files: Files = {
  json: async () => JSON.parse(await readFile(join(folder, "work.json"), "utf8")),
  bytes: async () => {
    const { buffer, byteOffset, byteLength } = await readFile(join(folder, "work.bin"));
    return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  },
  write: (bytes) => writeFile(join(folder, `${argument("name", "outputs")}.bin`), bytes),
};

/** Answers until standard input ends. */
export async function serve(contender: Contender): Promise<never> {
  const answering = new Answering(contender, files);
  for await (const line of createInterface(process.stdin)) {
    const answer = await answering.answer(JSON.parse(line) as Command);
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit(0);
}
