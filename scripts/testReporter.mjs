// A reporter for vitest that writes down what ran as it ran, one JSON object a line: what is
// counted survives a run that hangs or dies. Read by scripts/test.mjs.
import { appendFileSync } from "node:fs";
import { relative } from "node:path";

export default class TestReporter {
  #path = process.env.FOVEA_TEST_LOG ?? "/dev/null";

  onTestRunStart(specifications) {
    this.#write({ type: "planned", files: specifications.map(({ moduleId }) => name(moduleId)) });
  }

  onTestModuleEnd(module) {
    const tests = [...module.children.allTests()].map((test) => {
      const { state, note, errors = [] } = test.result();
      return [state, test.fullName, note, errors[0]?.message.split("\n")[0]];
    });
    const errors = module.errors().map(({ message }) => message.split("\n")[0]);
    this.#write({ type: "ended", file: name(module.moduleId), tests, errors });
  }

  onTestRunEnd(_modules, unhandledErrors) {
    const errors = unhandledErrors.map(({ message }) => message.split("\n")[0]);
    this.#write({ type: "done", errors });
  }

  #write(entry) {
    appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
  }
}

function name(path) {
  return relative(process.cwd(), path);
}
