// Where PyTorch is, and the surroundings in which it runs fastest.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Debian's Python first: its PyTorch has oneDNN. */
const pythons = ["/usr/bin/python3", "python3"];
const openblas = "/usr/lib/x86_64-linux-gnu/openblas-openmp";

/** Large buffers are kept instead of unmapped, and OpenBLAS takes its AVX-512 kernels, where there are any. */
export const tuned: Readonly<Record<string, string>> = {
  OPENBLAS_CORETYPE: "SKYLAKEX",
  MALLOC_MMAP_THRESHOLD_: "4294967296",
  MALLOC_TRIM_THRESHOLD_: "17179869184",
  ...(existsSync(openblas) ? { LD_LIBRARY_PATH: openblas } : {}),
};

/** A Python that can import torch; undefined if there is none. */
export function findPytorch(): string | undefined {
  return pythons.find((python) => {
    try {
      execFileSync(python, ["-c", "import torch, numpy"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}
