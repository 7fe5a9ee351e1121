// A docstring taken apart: text, parameters, result, errors, examples, source.

export interface DocComment {
  /** What it is; lines indented by four are formulas. */
  readonly text: string;
  readonly params: readonly { readonly name: string; readonly text: string }[];
  readonly returns: string | null;
  readonly throws: readonly string[];
  readonly examples: readonly string[];
  readonly see: readonly string[];
  /** Exported for other parts of Fovea: not part of the reference. */
  readonly isInternal: boolean;
}

/** A tag stands at the start of a line, or after a sentence. */
const tagStart = /(?:^|(?<=[.,;:)] )) ?@(?=(?:param|returns|throws|example|see|internal)\b)/gm;

/** @param comment what stands between the marks that open and close it */
export function parseDoc(comment: string): DocComment {
  const lines = comment.replace(/^[ \t]*\* ?/gm, "").trim();
  const [text = "", ...tags] = lines.split(tagStart);
  const all = tags.map((tag) => {
    const [, name = "", body = ""] = /^(\w+)\s*(.*)$/s.exec(tag) ?? [];
    return { name, body: body.trim() };
  });
  const bodies = (wanted: string) =>
    all.filter(({ name }) => name === wanted).map(({ body }) => body);
  return {
    text: text.trim(),
    params: bodies("param").map((body) => {
      const [, name = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(body) ?? [];
      return { name, text: rest };
    }),
    returns: bodies("returns")[0] ?? null,
    throws: bodies("throws"),
    examples: bodies("example"),
    see: bodies("see"),
    isInternal: all.some(({ name }) => name === "internal"),
  };
}
