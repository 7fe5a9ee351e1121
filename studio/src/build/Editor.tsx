// The text of a network: line numbers beside it, and what is wrong underlined.
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { NetworkProblem } from "../engine/handlers/networkText.ts";
import { say } from "../text.ts";
import { commit, text, type } from "./draft.ts";

const words = {
  label: { en: "Network as text", zh: "网络文本" },
};

export interface EditorProps {
  readonly problem: NetworkProblem | null;
  /** Id of the element that says what is wrong. */
  readonly problemId: string;
  readonly area: RefObject<HTMLTextAreaElement | null>;
}

export function Editor({ problem, problemId, area }: EditorProps) {
  const typed = text.value;
  const lines = typed.split("\n").length;
  const backdrop = useRef<HTMLPreElement>(null);
  const shown = useRef(typed);
  useLayoutEffect(() => {
    const element = area.current;
    const before = shown.current;
    shown.current = typed;
    if (element === null || before === typed || document.activeElement !== element) return;
    // The text changed by other ways than typing: the caret goes to what changed.
    let same = 0;
    while (same < typed.length && typed.at(-1 - same) === before.at(-1 - same)) same++;
    element.setSelectionRange(typed.length - same, typed.length - same);
  }, [typed]);
  const at = problem !== null && problem.start <= typed.length ? problem : null;
  const start = at?.start ?? typed.length;
  const end = Math.max(start, at?.end ?? start);
  return (
    <div class="editor-text">
      <div class="editor-lines" aria-hidden="true">
        {Array.from({ length: lines }, (_, i) => (
          <div key={i} class={at?.line === i + 1 ? "wrong" : ""}>
            {i + 1}
          </div>
        ))}
      </div>
      <div class="editor-area">
        <pre ref={backdrop} class="editor-backdrop" aria-hidden="true">
          {typed.slice(0, start)}
          {at !== null && <mark>{typed.slice(start, end) || " "}</mark>}
          {typed.slice(end)}{" "}
        </pre>
        <textarea
          ref={area}
          aria-label={say(words.label)}
          aria-invalid={at !== null}
          aria-describedby={problemId}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          wrap="off"
          rows={lines + 1}
          value={typed}
          onInput={({ currentTarget }) => {
            shown.current = currentTarget.value;
            type(currentTarget.value);
          }}
          onBlur={commit}
          onScroll={({ currentTarget }) => {
            if (backdrop.current !== null) backdrop.current.scrollLeft = currentTarget.scrollLeft;
          }}
        />
      </div>
    </div>
  );
}
