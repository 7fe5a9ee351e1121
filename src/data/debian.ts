// Debian and its relatives package some data sets. This fetches such a package without installing
// it and without root: `apt-get download` into a temporary folder, unpacked there by `dpkg-deb`.
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DataError } from "../tensor/errors.ts";

const execFileAsync = promisify(execFile);

/** Short waits: without a network each try ends within seconds instead of apt's two minutes. */
const aptOptions = [
  "-q",
  "-o",
  "Acquire::http::Timeout=5",
  "-o",
  "Acquire::https::Timeout=5",
  "-o",
  "Acquire::Retries=0",
];

/**
 * Fetches and unpacks a Debian package, gives the folder to `use`, and removes it afterwards.
 * @param name       name of the package
 * @param use        called with the root of the unpacked tree
 * @param onProgress told what is being done
 * @throws DataError if this system has no apt, or the package cannot be fetched or unpacked
 * @example
 * await withDebianPackage("dataset-fashion-mnist", (root) => readdir(root), console.error) // not run: needs the network
 */
export async function withDebianPackage<T>(
  name: string,
  use: (root: string) => Promise<T>,
  onProgress: (message: string) => void,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "fovea-package-"));
  try {
    onProgress(`fetching the Debian package ${name}`);
    await downloadPackage(name, folder, onProgress);
    const file = (await readdir(folder)).find((entry) => entry.endsWith(".deb"));
    if (file === undefined) throw new DataError(`apt-get download ${name} left no package`);
    const root = join(folder, "root");
    await run("dpkg-deb", ["-x", join(folder, file), root], folder, 60_000);
    return await use(root);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A fresh machine has no package lists yet; root may fetch them, then the download works. */
async function downloadPackage(
  name: string,
  folder: string,
  onProgress: (message: string) => void,
): Promise<void> {
  const get = () => run("apt-get", [...aptOptions, "download", name], folder, 300_000);
  try {
    await get();
  } catch (error) {
    const isUnknown = /unable to (locate|find)|no (candidate|packages)|can't find a source/i.test(
      (error as Error).message,
    );
    if (!isUnknown || process.getuid?.() !== 0) throw error;
    onProgress("fetching Debian's package lists");
    await run("apt-get", [...aptOptions, "update"], folder, 300_000);
    await get();
  }
}

/** Runs a program with an argument list (no shell), in English so that its messages can be read. */
async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  timeout: number,
): Promise<void> {
  try {
    await execFileAsync(program, args, {
      cwd,
      timeout,
      env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
    });
  } catch (cause) {
    const { code, killed, stderr } = cause as {
      code?: string | number;
      killed?: boolean;
      stderr?: string;
    };
    if (code === "ENOENT") throw new DataError(`this system has no ${program}`, { cause });
    const lines = (stderr ?? "").split("\n").filter((line) => line.startsWith("E:"));
    const reason = killed
      ? `no end after ${timeout / 1000} s`
      : (lines[0]?.slice(2).trim() ?? `exit code ${code}`);
    throw new DataError(`${program} failed: ${reason}`, { cause });
  }
}
