// The order of test files: those that take longest first, so that all workers end together.
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** From half a minute down to some seconds; all others take less. */
const longest: readonly string[] = [
  "tests/backend/conformance.test.ts",
  "tests/interop/golden.test.ts",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const at = longest.indexOf(relative(project.config.root, moduleId).replaceAll("\\", "/"));
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
