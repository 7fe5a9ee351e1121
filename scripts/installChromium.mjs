// Installs Chromium for the tests that need a browser, where this is possible. Plain JavaScript, as setup.mjs.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const limitMs = 240_000;

/** Says what it does; without Chromium the tests of browsers say that they did not run. */
export function installChromium() {
  if (process.env.CHROMIUM || places.some(existsSync)) return;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync("/usr/bin/apt-get"))
    return note(
      "NOT RUN: tests in a browser, since there is no Chromium. On Debian: sudo apt install chromium",
    );
  note(
    "no Chromium for the tests in a browser: installing it with apt-get, once; this takes a moment …",
  );
  const started = Date.now();
  const apt = (words) =>
    spawnSync("apt-get", words, {
      encoding: "utf8",
      timeout: limitMs,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  const install = ["install", "-y", "--no-install-recommends", "chromium"];
  let { status } = apt(install);
  if (status !== 0) {
    // The lists of packages may be old, or not there at all.
    apt(["update"]);
    status = apt(install).status;
  }
  if (status === 0) return note(`installed in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  note("NOT RUN: tests in a browser, since apt-get could not install chromium");
}

function note(text) {
  process.stderr.write(`${text}\n`);
}
