// Everything public has a docstring, functions and classes also an example; the reference that is built from them
// has an entry for each, and no link in it leads nowhere.
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Entry, type Namespace, readApi } from "../../scripts/docs/api.ts";
import { parseDoc } from "../../scripts/docs/docComment.ts";
import { pagesOf, writeReference } from "../../scripts/docs/reference.ts";
import * as fovea from "../../src/index.ts";

let api: readonly Namespace[] = [];
let folder = "";
beforeAll(async () => {
  api = readApi();
  folder = await mkdtemp(join(tmpdir(), "fovea-docs-"));
  await writeReference(api, folder);
});
afterAll(() => rm(folder, { recursive: true }));

const all = () =>
  api.flatMap(({ name, entries }) =>
    entries.map((entry) => ({
      ...entry,
      path: name === "" ? entry.name : `${name}.${entry.name}`,
    })),
  );

/** Members that a reader cannot know without words: methods of classes, and every option. */
function unexplained({ kind, name, members }: Entry, functions: ReadonlySet<string>): string[] {
  const needed = members.filter((member) => {
    if (member.doc !== null || member.isOverride || member.name === "constructor") return false;
    // A method of tensors has the docstring of the function of the same name.
    if (kind === "class")
      return member.isMethod && !(name === "Tensor" && functions.has(member.name));
    return name.endsWith("Options");
  });
  return needed.map((member) => member.name);
}

describe("the docstrings", () => {
  it("explain every export, and say what options and methods mean", () => {
    const functions = new Set((api[0] as Namespace).entries.map(({ name }) => name));
    const missing = all().flatMap((entry) => {
      // The page of a function says whose options they are.
      const isNamed = entry.kind === "interface" && entry.name.endsWith("Options");
      const own = entry.doc?.text || isNamed ? [] : [`${entry.path} (${entry.file})`];
      const inside = unexplained(entry, functions);
      return [...own, ...inside.map((name) => `${entry.path}.${name} (${entry.file})`)];
    });
    expect(missing).toEqual([]);
  });

  it("show an example of every function and class", () => {
    const missing = all()
      .filter(({ kind }) => kind === "function" || kind === "class")
      .filter(({ doc }) => (doc?.examples.length ?? 0) === 0)
      .map(({ path, file }) => `${path} (${file})`);
    expect(missing).toEqual([]);
  });

  it("are read tag by tag", () => {
    const comment = `*
      * Adds.
      *
      *     y = a + b
      *
      * @param a a number,
      *          or two
      * @throws ShapeError if not
      * @example
      * add(1, 2) // 3
      `.slice(1);
    expect(parseDoc(comment)).toEqual({
      text: "Adds.\n\n    y = a + b",
      params: [{ name: "a", text: "a number,\n         or two" }],
      returns: null,
      throws: ["ShapeError if not"],
      examples: ["add(1, 2) // 3"],
      see: [],
      isInternal: false,
    });
    expect(parseDoc(" |x|, as `torch.abs`. @example abs(x) // 1 ").examples).toEqual([
      "abs(x) // 1",
    ]);
    expect(parseDoc(" For others. @internal ").isInternal).toBe(true);
  });
});

describe("the reference", () => {
  const read = async () => {
    const files = await readdir(folder);
    const texts = files.map(async (file) => [file, await readFile(join(folder, file), "utf8")]);
    return new Map((await Promise.all(texts)) as [string, string][]);
  };

  it("has an entry for everything that can be imported", async () => {
    const pages = await read();
    for (const { name, entries } of pagesOf(api)) {
      for (const entry of entries) {
        expect(pages.get(`${name}.html`)).toContain(`<section id="${entry.name}">`);
      }
    }
    // What the compiler lists is what the modules hold: a name that was missed would show here.
    const known = new Set(
      api.flatMap(({ name, entries, internal }) => {
        const names = [...entries.map((entry) => entry.name), ...internal];
        return [name, ...names.map((own) => (name === "" ? own : `${name}.${own}`))];
      }),
    );
    const shown = Object.keys(fovea.nn).map((name) => `nn.${name}`);
    expect([...Object.keys(fovea), ...shown].filter((name) => !known.has(name))).toEqual([]);
  });

  it("has no broken link", async () => {
    const pages = await read();
    const broken: string[] = [];
    for (const [file, text] of pages) {
      expect(text).not.toContain("{@link");
      for (const [, target = ""] of text.matchAll(/href="([^"]+)"/g)) {
        const [page = "", anchor] = target.split("#");
        const source = /^\.\.\/\.\.\/(src\/.+\.ts)$/.exec(page)?.[1];
        const found = pages.get(page);
        const holds =
          source !== undefined
            ? existsSync(new URL(`../../${source}`, import.meta.url))
            : found !== undefined && (anchor === undefined || found.includes(`id="${anchor}"`));
        if (!holds) broken.push(`${file}: ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });
});
