// The order of test files: those that take longest first, so that all workers end together.
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The longest ones, longest first. A file that is not here comes after them, the larger the earlier. */
const longest: readonly string[] = [
  "tests/backend/conformance.test.ts",
  "tests/interop/golden.test.ts",
  "tests/learn/gpuLeak.test.ts",
  "tests/studio/site.test.ts",
  "tests/cli/train.test.ts",
  "tests/backend/kernelValues.test.ts",
  "tests/studio/learnConvolution.test.ts",
  "tests/learn/experiments.test.ts",
  "tests/browser/gpu.test.ts",
  "tests/backend/webgpu.test.ts",
  "tests/learn/leak.test.ts",
  "tests/backend/models.test.ts",
  "tests/backend/modelsLearn.test.ts",
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
