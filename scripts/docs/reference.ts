// The API reference as static pages: one for each namespace, one for tensors, one for the functions of tensors.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Entry, Member, Namespace } from "./api.ts";
import type { DocComment } from "./docComment.ts";

export interface Page {
  /** File name without its ending. */
  readonly name: string;
  readonly about: string;
  readonly entries: readonly Entry[];
}

/** What each page holds; a namespace that is not named here speaks for itself. */
const abouts: Readonly<Record<string, string>> = {
  tensor: "Tensors with their methods, variables, random numbers, errors, backends",
  functions: "Functions of tensors; most are methods too",
  nn: "Layers",
  "nn.functional": "Layers without parameters, and losses, as functions",
  "nn.init": "Starting values of parameters",
  optim: "Optimizers and schedules of the learning rate",
  data: "Data sets and the loader that makes batches of them",
  train: "Training, evaluation, checkpoints",
  models: "Networks",
  inspect: "Networks seen from outside: summaries, receptive fields",
  interop: "Files of other tools",
  autograd: "Gradients",
  pictures: "Pictures as SVG",
};

/** The pages; what `src/index.ts` exports itself is on two of them. */
export function pagesOf(api: readonly Namespace[]): Page[] {
  const page = (name: string, entries: readonly Entry[]): Page => ({
    name,
    about: abouts[name] ?? "",
    entries,
  });
  return api.flatMap(({ name, entries }) => {
    if (name !== "") return [page(name, entries)];
    const isOp = ({ file }: Entry) => file.startsWith("src/ops/");
    return [
      page("tensor", [...entries.filter((entry) => !isOp(entry))].sort(tensorFirst)),
      page("functions", entries.filter(isOp)),
    ];
  });
}

function tensorFirst(a: Entry, b: Entry): number {
  return Number(b.name === "Tensor") - Number(a.name === "Tensor");
}

/** Writes `index.html` and the pages; `source` leads from the folder to the root of the repository. */
export async function writeReference(
  api: readonly Namespace[],
  folder: string,
  source = "../..",
): Promise<void> {
  const pages = pagesOf(api);
  await mkdir(folder, { recursive: true });
  const writer = new Writer(pages, source);
  await writeFile(join(folder, "index.html"), writer.index());
  for (const page of pages) await writeFile(join(folder, `${page.name}.html`), writer.page(page));
}

class Writer {
  readonly #pages: readonly Page[];
  readonly #source: string;

  constructor(pages: readonly Page[], source: string) {
    this.#pages = pages;
    this.#source = source;
  }

  index(): string {
    const items = this.#pages.map(({ name, about, entries }) => {
      const names = entries.map((entry) => this.#reference(name, entry.name)).join(" · ");
      return `<h2><a href="${name}.html">${name}</a></h2><p>${escaped(about)}</p><p>${names}</p>`;
    });
    return html("Fovea", `<h1>Fovea: reference</h1>\n${items.join("\n")}`);
  }

  page(page: Page): string {
    const { name, about, entries } = page;
    const isTop = name === "tensor" || name === "functions";
    const [namespace = ""] = name.split(".");
    const names = isTop ? "{ … }" : `{ ${namespace} }`;
    const note = `import ${names} from "fovea";${isTop ? "" : ` // the names below are in ${name}`}`;
    const list = entries.map((entry) => this.#reference(name, entry.name)).join(" · ");
    const body = entries.map((entry) => this.#entry(page, entry)).join("\n");
    const intro = `<p>${escaped(about)}</p><pre>${escaped(note)}</pre><p>${list}</p>`;
    return html(
      `Fovea: ${name}`,
      `<p><a href="index.html">reference</a></p>\n<h1>${name}</h1>\n${intro}\n${body}`,
    );
  }

  #entry(page: Page, entry: Entry): string {
    const { name, kind, signatures, doc, file, line, members } = entry;
    const href = `${this.#source}/${file}#L${line}`;
    const options = doc === null ? `<p>Options, each with its meaning.</p>` : "";
    return [
      `<section id="${name}">`,
      `<h2>${name} <small>${kind} · <a href="${href}">source</a></small></h2>`,
      `<pre>${escaped(signatures.join("\n"))}</pre>`,
      options,
      doc === null ? "" : this.#doc(page, doc),
      ...members.map((member) => this.#member(page, entry, member)),
      "</section>",
    ].join("\n");
  }

  #member(page: Page, { name }: Entry, { name: own, signatures, doc }: Member): string {
    const id = `${name}.${own}`;
    // A method of tensors is the function of the same name.
    const twin = doc === null && name === "Tensor" ? this.#find(page, own) : undefined;
    const text =
      doc !== null ? this.#doc(page, doc) : twin === undefined ? "" : `<p>See ${twin}.</p>`;
    return `<div class="member" id="${id}"><pre>${escaped(signatures.join("\n"))}</pre>${text}</div>`;
  }

  #doc(page: Page, { text, params, returns, throws, examples, see }: DocComment): string {
    const prose = (written: string) => this.#inline(page, written);
    const list = (title: string, items: readonly string[]) =>
      items.length === 0
        ? ""
        : `<p><b>${title}</b></p><ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul>`;
    return [
      ...text
        .split(/\n\s*\n/)
        .map((block) =>
          /^ {4}/.test(block)
            ? `<pre class="formula">${escaped(block.replace(/^ {4}/gm, ""))}</pre>`
            : `<p>${prose(block)}</p>`,
        ),
      list(
        "Parameters",
        params.map((param) => `<code>${escaped(param.name)}</code> ${prose(param.text)}`),
      ),
      returns === null ? "" : `<p><b>Returns</b> ${prose(returns)}</p>`,
      list("Errors", throws.map(prose)),
      ...examples.map((code) => `<p><b>Example</b></p><pre>${escaped(code)}</pre>`),
      list("Source", see.map(prose)),
    ]
      .filter((part) => part !== "")
      .join("\n");
  }

  /** Code in backticks, and links to other entries. */
  #inline(page: Page, text: string): string {
    return escaped(text)
      .replace(
        /\{@link ([^}\s]+)\}/g,
        (_, name) => this.#find(page, name) ?? `<code>${name}</code>`,
      )
      .replace(/`([^`]+)`/g, "<code>$1</code>");
  }

  /** A link to an entry, or a member of one: of the same page if it is there, else of any. */
  #find({ name: near, entries }: Page, name: string): string | undefined {
    const [head = ""] = name.split(".");
    if (entries.some((entry) => entry.name === head)) return this.#reference(near, name);
    const functions = this.#pages.filter((page) => page.name === "functions");
    for (const page of [...functions, ...this.#pages]) {
      if (page.entries.some((entry) => entry.name === head))
        return this.#reference(page.name, name);
    }
    return undefined;
  }

  #reference(page: string, name: string): string {
    const entry = this.#pages.find((other) => other.name === page)?.entries;
    const [head = "", own] = name.split(".");
    const has = entry?.find((each) => each.name === head)?.members.some((m) => m.name === own);
    return `<a href="${page}.html#${has ? name : head}"><code>${name}</code></a>`;
  }
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const style = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
pre { background: #8881; padding: .5rem .75rem; overflow-x: auto; }
pre.formula { background: none; border-left: 3px solid #8886; }
small { font-weight: normal; opacity: .7; }
.member { margin-left: 1.5rem; }
:root { color-scheme: light dark; }`;

function html(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${style}</style></head>
<body>
${body}
</body></html>
`;
}
