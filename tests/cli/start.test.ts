// What `npm start` does, here where only the sample can be had.
import { readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fovea, temporaryFolder } from "./run.ts";

it("npm start trains, shows the result, and the next time shows it again", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  const env = { FOVEA_CACHE: join(cwd, "cache"), FOVEA_DATA_SOURCES: "cache,sample" };

  const first = await fovea(["start"], { cwd, env });
  expect(first.stderr).toBe("");
  expect(first.stdout).toContain("Fashion-MNIST could not be fetched.");
  expect(first.stdout).toContain(
    "lenet on fashion-mnist-sample: 1,500 images; 100 epochs, batch 32, sgd lr 0.9",
  );
  expect(first.stdout).toMatch(/Next:\n.*report\.md/);
  expect(first.code).toBe(0);
  // Ten classes: a network that learnt nothing has 10 % right. 300 images give or take 2 %.
  const accuracy = Number(/accuracy ([\d.]+) % of 300 images/.exec(first.stdout)?.[1]);
  expect(accuracy).toBeGreaterThan(70);

  const second = await fovea(["start"], { cwd, env });
  expect(second.stdout).toContain(`${join("runs", "lenet")} is trained already.`);
  expect(second.stdout).toContain(`accuracy ${accuracy.toFixed(1)} % of 300 images`);
  expect(second.code).toBe(0);

  // Stopped between the last step and the report: only the report is left to do.
  const run = join(cwd, "runs", "lenet");
  const log = readFileSync(join(run, "events.jsonl"), "utf8");
  truncateSync(join(run, "events.jsonl"), log.indexOf('{"type":"end"'));
  rmSync(join(run, "report.md"));
  const third = await fovea(["start"], { cwd, env });
  expect(third.stdout).toContain(`Going on with ${join("runs", "lenet")}.`);
  expect(readFileSync(join(run, "report.md"), "utf8")).toContain(`**${accuracy.toFixed(1)} %**`);
  expect(third.code).toBe(0);
  // A hundred epochs, beside other tests.
}, 120_000);
