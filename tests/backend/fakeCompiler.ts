// Compilers that misbehave, for tests: shell scripts in front of the real one.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A compiler in a folder (without spaces: commands are split there). The script knows the `$source` and what is to be
 * `$made`, and ends by running the real compiler. The runtime's source has `fovea_run` in it, kernels have not.
 */
export function fakeCompiler(folder: string, name: string, script: string): string {
  const path = join(folder, name);
  const lines = [
    "#!/bin/sh",
    'if [ "$1" = --version ]; then echo "a compiler for tests"; exit 0; fi',
    'for last; do case "$last" in *.c) source=$last;; *.part) made=$last;; esac; done',
    script,
    'exec cc "$@"',
  ];
  writeFileSync(path, lines.join("\n"), { mode: 0o755 });
  return path;
}
