// One layer of the list as a line to type in. What can be read goes into the text at once; what cannot stays here, marked.
import { useId, useState } from "preact/hooks";
import { NetworkTextError, parseNetwork, replaceLayer } from "../../../src/models/text/index.ts";
import { problemOf, same } from "../problem.ts";
import { say, type Text } from "../text.ts";
import { commit, text, type } from "./draft.ts";
import { type LayerRow, withNew, withoutNew } from "./rows.ts";

const words = {
  layer: { en: "Layer", zh: "层" },
  kept: { en: "not in the network yet", zh: "尚未进入网络" },
};

export interface LayerInputProps {
  readonly row: LayerRow;
  readonly onMove: (by: -1 | 1) => void;
}

export function LayerInput({ row, onMove }: LayerInputProps) {
  // It holds as long as the text says what it said when this was typed.
  const [typed, setTyped] = useState<{ readonly own: string; readonly beside: string } | null>(
    null,
  );
  const id = useId();
  const isTyped = typed !== null && typed.beside === row.text;
  const shown = isTyped ? typed.own : row.text;
  const mistake = isTyped ? mistakeIn(typed.own) : null;
  const problem = mistake ?? row.problem;
  const change = (own: string): void => {
    if (mistakeIn(own) !== null) {
      setTyped({ own, beside: row.text });
      return;
    }
    const written = withNew(own);
    setTyped({ own, beside: withoutNew(written) });
    type(replaceLayer(text.peek(), row.item, written));
  };
  return (
    <div class="layer-input">
      <input
        aria-label={`${say(words.layer)} ${row.item.path}`}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : id}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        value={shown}
        onInput={({ currentTarget }) => change(currentTarget.value)}
        onBlur={() => {
          if (mistake === null) setTyped(null);
          commit();
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") setTyped(null);
          if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
          event.preventDefault();
          onMove(event.key === "ArrowUp" ? -1 : 1);
        }}
      />
      {problem !== null && (
        <span id={id} class="row-problem">
          {say(problem).split("\n")[0]}
          {mistake !== null && ` (${say(words.kept)})`}
        </span>
      )}
    </div>
  );
}

function mistakeIn(typed: string): Text | null {
  try {
    const written = withNew(typed);
    const { start, end } = parseNetwork(written);
    // Nothing but the layer: what stands around it would not fit between its neighbours.
    return start === 0 && end === written.length ? null : same(written.slice(end));
  } catch (error) {
    if (error instanceof NetworkTextError) return problemOf(error);
    throw error;
  }
}
