// Sets up, then runs a file with the pinned Node: `node scripts/start.mjs FILE [ARGUMENTS]`.
// Signals go on to that process, and its exit code comes back.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { pinnedNode, setup } from "./setup.mjs";

await setup();
const child = spawn(pinnedNode, process.argv.slice(2), { stdio: "inherit" });
// A terminal sends Ctrl-C to this process and to the child. The child decides what it means.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
