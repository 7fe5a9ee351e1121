// Commands for a GPU keep their order, whatever some of them wait for, and one that fails holds up none.
import { expect, test } from "vitest";
import { Commands } from "../../src/backend/webgpu/commands.ts";

test("commands are given in order, and at once where nothing waits", async () => {
  const given: string[] = [];
  const commands = new Commands((error) => given.push(error.message));
  commands.give(() => given.push("at once"));
  expect(given).toEqual(["at once"]);
  let compile = (): void => {};
  const compiled = new Promise<void>((resolve) => {
    compile = resolve;
  });
  commands.give(() => given.push("compiled"), compiled);
  commands.give(() => given.push("after it"));
  const answer = commands.ask(() => Promise.resolve([...given]));
  expect(given).toEqual(["at once"]);
  compile();
  expect(await answer).toEqual(["at once", "compiled", "after it"]);
});

test("one that throws after it had to wait is told of, and the next are given", async () => {
  const given: string[] = [];
  const commands = new Commands((error) => given.push(`fault: ${error.message}`));
  commands.give(() => {
    throw new Error("no such buffer");
  }, Promise.resolve());
  commands.give(() => given.push("never compiled"), Promise.reject(new Error("refused")));
  await commands.ask(() => Promise.resolve());
  commands.give(() => given.push("at once again"));
  expect(given).toEqual(["fault: no such buffer", "fault: refused", "at once again"]);
});
