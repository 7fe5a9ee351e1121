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
    // One more than the cores that everybody has: tests of pages and of the command wait for long. Many tests start threads of their
    // own, more processes would only get in each other's way.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
