// Tests run in Node, each file in a process of its own: they start worker threads and leave by signals.
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tests/longestFirst.ts";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: "tests/globalSetup.ts",
    sequence: { sequencer: LongestFirst },
    environment: "node",
    pool: "forks",
    // Many tests start threads of their own: more processes than cores would only get in each other's way.
    maxWorkers: 2,
    // Machines that test may be busy: a limit is there to end what hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
