// The system's C compiler: which one there is, and compiling several files side by side.
import { debugLevel } from "../../debug.ts";
import { BackendError } from "../../tensor/errors.ts";
import { builtin } from "./builtin.ts";

export interface Compiler {
  /** The command and what precedes the flags. */
  readonly command: readonly string[];
  /** What it says of itself. */
  readonly version: string;
}

/**
 * Optimisation without anything that changes NaN or the order of sums. Products are fused with sums where the kernel says
 * so, and nowhere else.
 */
const commonFlags: readonly string[] = [
  "-O2",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fno-strict-aliasing",
  "-fwrapv",
  "-fPIC",
  "-shared",
  "-w",
  "-x",
  "c",
];

/**
 * For gcc, clang does not know them. The first three are passes that make kernels slower: they carry loads over from one
 * iteration to the next, far more than there are registers for, which halves the speed of convolutions; and kernels are
 * vectors already. The others find nothing in kernels, which call nothing, and whose pointers all come out of one table; without
 * them compiling takes a tenth less. What starts and ends programs is not linked: it has nothing to do in a kernel.
 */
const gccFlags: readonly string[] = [
  "-fno-tree-pre",
  "-fno-predictive-commoning",
  "-fno-tree-vectorize",
  "-fno-tree-pta",
  "-fno-tree-bit-ccp",
  "-fno-tree-slsr",
  "-fno-ipa-cp",
  "-fno-ipa-sra",
  "-fno-ipa-vrp",
  "-fno-ipa-icf",
  "-fno-ipa-pure-const",
  "-fno-asynchronous-unwind-tables",
  "-nostartfiles",
];

function flagsFor({ version }: Compiler, flags: readonly string[]): readonly string[] {
  const own = /clang/i.test(version) ? ["-fno-vectorize", "-fno-slp-vectorize"] : gccFlags;
  return [...commonFlags, ...own, ...flags];
}

const patienceMs = 300_000;

/**
 * The compiler named by `FOVEA_CC` or `CC`, else the first of cc, gcc and clang that works.
 * @throws BackendError if there is none
 */
export function findCompiler(): Compiler {
  const { FOVEA_CC, CC } = process.env;
  const asked = FOVEA_CC || CC;
  const commands = asked ? [asked.trim().split(/\s+/)] : [["cc"], ["gcc"], ["clang"]];
  const tried: string[] = [];
  for (const command of commands) {
    const [program = "", ...options] = command;
    const { status, stdout, error } = builtin("node:child_process").spawnSync(
      program,
      [...options, "--version"],
      { encoding: "utf8", timeout: 20_000, stdio: ["ignore", "pipe", "ignore"] },
    );
    if (status === 0 && stdout !== "") return { command, version: stdout.trim() };
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    tried.push(`${command.join(" ")} (${code === "ENOENT" ? "not found" : "does not work"})`);
  }
  throw new BackendError("native: there is no C compiler", {
    facts: [{ name: "tried", value: tried.join(", ") }],
    hint: "install gcc or clang (Debian: apt install gcc libc6-dev), or name one in FOVEA_CC",
  });
}

/** Everything that decides what comes of a source, besides the source. */
export function compilerKey(compiler: Compiler, flags: readonly string[]): string {
  const { platform, arch } = process;
  return [platform, arch, ...compiler.command, compiler.version, ...flagsFor(compiler, flags)].join(
    "\n",
  );
}

/** C files to compile, `NAME.c` into `NAME.so` each, in a folder of their own. */
export interface CompileJob {
  readonly folder: string;
  readonly files: readonly { readonly name: string; readonly length: number }[];
  readonly flags: readonly string[];
}

/** What does not compile has no `NAME.so` afterwards; what the compiler said is in `NAME.txt`. */
export function compileNow(compiler: Compiler, job: CompileJob): void {
  const { spawnSync } = builtin("node:child_process");
  const said = saysProgress(job);
  spawnSync("/bin/sh", ["-c", scriptOf(compiler, job, said)], {
    ...surroundings(job),
    stdio: ["ignore", "ignore", said === null ? "ignore" : "inherit"],
    timeout: patienceMs,
    killSignal: "SIGKILL",
  });
  if (said?.startsWith("\\r")) process.stderr.write("\r\x1b[K");
}

/** The same in the background. The process ends when this has ended; if it is ended before, nothing is left behind. */
export function compileLater(compiler: Compiler, job: CompileJob): Promise<void> {
  const { spawn } = builtin("node:child_process");
  const child = spawn("/bin/sh", ["-c", scriptOf(compiler, job, null)], {
    ...surroundings(job),
    stdio: "ignore",
    timeout: patienceMs,
    killSignal: "SIGKILL",
  });
  const giveUp = (): void => {
    child.kill("SIGKILL");
    builtin("node:fs").rmSync(job.folder, { recursive: true, force: true, maxRetries: 3 });
  };
  process.once("exit", giveUp);
  return new Promise((resolve) => {
    const done = (): void => {
      process.removeListener("exit", giveUp);
      resolve();
    };
    child.once("error", done);
    child.once("close", done);
  });
}

function surroundings({ folder }: CompileJob): { cwd: string; env: NodeJS.ProcessEnv } {
  // Compilers put their own temporary files there, and out of the way of a small /tmp.
  return { cwd: folder, env: { ...process.env, TMPDIR: folder, LC_ALL: "C" } };
}

/** As many shells as there are cores, each of which works through its share. A library gets its name when it is whole. */
function scriptOf(compiler: Compiler, { files, flags }: CompileJob, said: string | null): string {
  const command = compiler.command.map(quoted).join(" ");
  const options = flagsFor(compiler, flags).join(" ");
  const progress = said === null ? "" : `; set -- *.so; printf ${quoted(said)} $# >&2`;
  const lists = shares(files, builtin("node:os").availableParallelism()).map((share) =>
    share
      .map(
        ({ name }) =>
          `${command} ${options} -o ${name}.part ${name}.c -lm >${name}.txt 2>&1 && mv -f ${name}.part ${name}.so${progress}`,
      )
      .join("; "),
  );
  return `${lists.map((list) => `( ${list} ) &`).join(" ")} wait`;
}

/** Parts of about the same length, in at most so many lists: the longest first, each into the list that is shortest so far. */
export function shares<T extends { readonly length: number }>(
  parts: readonly T[],
  count: number,
): T[][] {
  const lists = Array.from({ length: Math.max(1, Math.min(count, parts.length)) }, () => ({
    parts: [] as T[],
    length: 0,
  }));
  for (const part of parts.toSorted((a, b) => b.length - a.length)) {
    const shortest = lists.reduce((best, list) => (list.length < best.length ? list : best));
    shortest.parts.push(part);
    shortest.length += part.length;
  }
  return lists.map((list) => list.parts);
}

/** Fewer files are compiled before anybody wonders. */
const fewFiles = 3;

/**
 * The format of the line that says how far compiling is: in a terminal, where it is written over, and with DEBUG. Null for
 * none.
 */
function saysProgress({ files }: CompileJob): string | null {
  const { isTTY } = process.stderr;
  if (files.length < fewFiles || !(isTTY || debugLevel() > 0)) return null;
  const text = `native: compiling kernels, once: %d of ${files.length} files`;
  if (!isTTY) return `${text}\\n`;
  process.stderr.write(text.replace("%d", "0"));
  return `\\r${text}`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
