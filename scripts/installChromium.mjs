// Installs what tests need beyond npm, where this is possible: Chromium, and the loader of Vulkan, with which programs in Node
// use the software adapter that Chromium brings. Plain JavaScript, as setup.mjs.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const limitMs = 240_000;

/** Says what it does; what cannot be installed leaves tests that say that they did not run. */
export function installChromium() {
  const missing = [
    ...(process.env.CHROMIUM || places.some(existsSync) ? [] : ["chromium"]),
    ...(hasVulkan() ? [] : ["libvulkan1"]),
  ];
  if (missing.length === 0) return;
  const names = missing.join(" and ");
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync("/usr/bin/apt-get"))
    return note(
      `NOT RUN: tests in a browser or on a GPU, for want of ${names}. On Debian: sudo apt install ${missing.join(" ")}`,
    );
  note(`no ${names} for the tests: installing with apt-get, once; this takes a moment …`);
  const started = Date.now();
  const apt = (words) =>
    spawnSync("apt-get", words, {
      encoding: "utf8",
      timeout: limitMs,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  const install = ["install", "-y", "--no-install-recommends", ...missing];
  let { status } = apt(install);
  if (status !== 0) {
    // The lists of packages may be old, or not there at all.
    apt(["update"]);
    status = apt(install).status;
  }
  if (status === 0) return note(`installed in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  note(`NOT RUN: tests in a browser or on a GPU, since apt-get could not install ${names}`);
}

/** Is there a loader of Vulkan, or nothing that could tell? */
function hasVulkan() {
  if (process.platform !== "linux") return true;
  const { stdout } = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
  return !stdout || stdout.includes("libvulkan.so.1");
}

function note(text) {
  process.stderr.write(`${text}\n`);
}
