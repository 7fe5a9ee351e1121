// The order of test files: those that take longest first, so that all workers end together.
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The longest ones, those that compute beside those that wait. A file that is not here comes after them, the larger the earlier. */
const longest: readonly string[] = [
  "tests/backend/modelsLearn.test.ts",
  "tests/cli/kill.test.ts",
  "tests/studio/learnNetworks.test.ts",
  "tests/cli/folders.test.ts",
  "tests/studio/gpu.test.ts",
  "tests/cli/config.test.ts",
  "tests/studio/site.test.ts",
  "tests/cli/webgpu.test.ts",
  "tests/studio/probe.test.ts",
  "tests/learn/gpuLeak.test.ts",
  "tests/interop/golden.test.ts",
  "tests/studio/smooth.test.ts",
  "tests/backend/conformance.test.ts",
  "tests/browser/gpu.test.ts",
  "tests/backend/float16.test.ts",
  "tests/learn/float16.test.ts",
  "tests/learn/leak.test.ts",
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
