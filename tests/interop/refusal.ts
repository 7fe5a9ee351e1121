// What work on a folder throws, as text that does not depend on where the folder is.
import { basename } from "node:path";
import { expect } from "vitest";

/** Name and message of the error, without the name of the temporary folder. */
export async function refusal(root: string, work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => expect.unreachable(),
    (reason: Error) => reason,
  );
  return `${error.name}: ${error.message}`
    .replaceAll(root, "ROOT")
    .replaceAll(basename(root), "ROOT");
}
