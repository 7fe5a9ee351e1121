// Fetches what tests of float16 need, where this is possible: lavapipe 25, a driver for Vulkan that computes on the processor and has
// float16, which the adapter of Chromium has not. It is one library of a package of Debian's backports, and goes into a folder of
// its own: nothing of the system's is replaced. Plain JavaScript, as setup.mjs.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { root } from "./setup.mjs";

/** Tells Vulkan where lavapipe is, by VK_ICD_FILENAMES; there once it is installed. */
export const lavapipe = join(root, "node_modules", ".cache", "lavapipe", "icd.json");

const release = "bookworm";
const packageName = "mesa-vulkan-drivers";
const library = "libvulkan_lvp.so";
const describing = /lvp_icd.*\.json$/;
const signed = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";
const limitMs = 120_000;

/** Says what it does; what cannot be installed leaves tests that say that they did not run. */
export function installLavapipe() {
  if (existsSync(lavapipe)) return;
  if (process.getuid?.() !== 0 || !isRelease())
    return note(
      "NOT RUN: tests of float16 on a GPU, unless it has it: lavapipe 25 is fetched on Debian 12 alone, as root",
    );
  note("no lavapipe for the tests: fetching it from Debian's backports, once …");
  const started = Date.now();
  const work = mkdtempSync(join(root, "node_modules", ".lavapipe-"));
  try {
    fetchInto(work, started + limitMs);
    note(`fetched in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  } catch (error) {
    note(`NOT RUN: tests of float16 on a GPU, unless it has it: ${error.message}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function isRelease() {
  const about = "/etc/os-release";
  return existsSync(about) && readFileSync(about, "utf8").includes(`VERSION_CODENAME=${release}`);
}

/** @param deadline when to give up, in the time of `Date.now` */
function fetchInto(work, deadline) {
  const run = (command, words) => {
    const { status, stdout, stderr } = spawnSync(command, words, {
      cwd: work,
      encoding: "utf8",
      timeout: Math.max(1, deadline - Date.now()),
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    if (status === 0) return stdout;
    const reason = (stderr ?? "").trim().split("\n")[0] || "it took too long";
    throw new Error(`${command} ${words.at(-1)}: ${reason}`);
  };
  // Lists and packages of its own: the system's know nothing of backports afterwards.
  const list = join(work, "sources.list");
  writeFileSync(list, `deb ${signed} ${mirror()} ${release}-backports main\n`);
  for (const folder of ["lists/partial", "cache/archives/partial"])
    mkdirSync(join(work, folder), { recursive: true });
  const own = [
    `Dir::Etc::SourceList=${list}`,
    "Dir::Etc::SourceParts=/dev/null",
    `Dir::State::Lists=${join(work, "lists")}`,
    `Dir::Cache=${join(work, "cache")}`,
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
  run("apt-get", ["-qq", ...own, "update"]);
  run("apt-get", ["-qq", ...own, "download", packageName]);
  const archive = readdirSync(work).find((name) => name.startsWith(`${packageName}_`));
  run("dpkg-deb", ["-x", archive, "root"]);
  const unpacked = readdirSync(join(work, "root"), { recursive: true }).map(String);
  const place = (name) => {
    const path = unpacked.find((each) => each.search(name) >= 0);
    if (path === undefined) throw new Error(`${archive} has no ${name}`);
    return join(work, "root", path);
  };
  if (run("ldd", [place(library)]).includes("not found")) {
    // The libraries that it needs are those of the release; versions that other drivers of the package ask for are not.
    const needed = run("dpkg-deb", ["-f", archive, "Depends"])
      .split(",")
      .map((each) => each.trim().split(/[ :|]/)[0]);
    run("apt-get", ["install", "-qq", "-y", "--no-install-recommends", "--no-upgrade", ...needed]);
  }
  const made = join(work, "made");
  mkdirSync(made);
  copyFileSync(place(library), join(made, library));
  const about = JSON.parse(readFileSync(place(describing), "utf8"));
  about.ICD.library_path = `./${library}`;
  writeFileSync(join(made, basename(lavapipe)), JSON.stringify(about));
  mkdirSync(dirname(dirname(lavapipe)), { recursive: true });
  rmSync(dirname(lavapipe), { recursive: true, force: true });
  renameSync(made, dirname(lavapipe));
}

/** Where this machine's packages come from. */
function mirror() {
  const sources = ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"];
  for (const path of sources.filter(existsSync)) {
    const found = readFileSync(path, "utf8").match(/^(?:URIs:|deb(?: \[.*?\])?) *(https?:\S+)/m);
    if (found !== null) return found[1];
  }
  throw new Error("no address of Debian's packages stands in /etc/apt");
}

function note(text) {
  process.stderr.write(`${text}\n`);
}
