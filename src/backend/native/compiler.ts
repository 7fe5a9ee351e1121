// The system's C compiler: which one there is, and compiling several files side by side.
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

/**
 * Compiles `NAME.c` into `NAME.so` for each name, in a folder, several at a time. What does not compile has no
 * `NAME.so`; what the compiler said is in `NAME.txt`.
 */
export function compileAll(
  compiler: Compiler,
  folder: string,
  names: readonly string[],
  flags: readonly string[],
): void {
  const atOnce = Math.max(1, Math.min(names.length, builtin("node:os").availableParallelism()));
  const command = compiler.command.map(quoted).join(" ");
  const options = flagsFor(compiler, flags).join(" ");
  // Each of several shells works through its share. A library gets its name when it is whole.
  const lists = Array.from({ length: atOnce }, (_, i) =>
    names
      .filter((_, j) => j % atOnce === i)
      .map(
        (name) =>
          `${command} ${options} -o ${name}.part ${name}.c -lm >${name}.txt 2>&1 && mv -f ${name}.part ${name}.so`,
      )
      .join("; "),
  );
  const script = `${lists.map((list) => `( ${list} ) &`).join(" ")} wait`;
  builtin("node:child_process").spawnSync("/bin/sh", ["-c", script], {
    cwd: folder,
    stdio: "ignore",
    timeout: patienceMs,
    killSignal: "SIGKILL",
    // Compilers put their own temporary files there, and out of the way of a small /tmp.
    env: { ...process.env, TMPDIR: folder, LC_ALL: "C" },
  });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
