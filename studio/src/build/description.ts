// What the page knows of the network that is being written. Mistakes of the language are found here, at once; all else the
// engine says. Until it answers, what was known last stays, so that nothing jumps.
import { useMemo, useRef } from "preact/hooks";
import { type Layer, NetworkTextError, parseNetwork } from "../../../src/models/text/index.ts";
import type { NetworkDescription, NetworkProblem } from "../engine/handlers/networkText.ts";
import type { InputShape } from "../engine/run/types.ts";
import { useAnswer } from "../engine/useAnswer.ts";
import { problemOf } from "../problem.ts";
import { type LayerRow, rowsOf } from "./rows.ts";

export interface Described {
  readonly rows: readonly LayerRow[];
  /** The rows are those of an earlier text: the present one cannot be read. */
  readonly isOld: boolean;
  readonly problem: NetworkProblem | null;
  /** The last network in which nothing was wrong. */
  readonly working: NetworkDescription | null;
  /** The last network that could be read, without what stands around it; the text itself where none could yet. */
  readonly readable: string;
  /** The engine failed. */
  readonly error: Error | null;
}

export function useDescription(text: string, inputShape: InputShape): Described {
  const read = useMemo(() => readText(text), [text]);
  const asked = read.network === null ? null : { text, inputShape };
  const { value, error, isPending } = useAnswer("describeNetwork", asked);
  const rows = useMemo(
    () => (read.network === null ? null : rowsOf(read.network, text, value)),
    [read, value],
  );
  const last = useRef({
    rows: [] as readonly LayerRow[],
    problem: null as NetworkProblem | null,
    working: null as NetworkDescription | null,
    readable: text,
  });
  const known = last.current;
  if (rows !== null) known.rows = rows;
  if (read.network !== null) known.readable = text.slice(read.network.start, read.network.end);
  if (read.network === null) known.problem = read.problem;
  else if (!isPending && value !== null) {
    known.problem = value.problem;
    if (value.problem === null) known.working = value;
  }
  return { ...known, isOld: rows === null, error };
}

type Read =
  | { readonly network: Layer; readonly problem: null }
  | { readonly network: null; readonly problem: NetworkProblem };

function readText(text: string): Read {
  try {
    return { network: parseNetwork(text), problem: null };
  } catch (error) {
    if (!(error instanceof NetworkTextError)) throw error;
    const { start, end, line, column } = error;
    return { network: null, problem: { text: problemOf(error), start, end, line, column } };
  }
}
