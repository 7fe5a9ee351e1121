// What the network costs and where; or, in the same place, what is wrong with it.
import { useEffect } from "preact/hooks";
import { announcement, formatCount, say, type Text } from "../text.ts";
import { Button } from "../ui/controls.tsx";
import { bytes, shortCount } from "../ui/numbers.ts";
import { Problem } from "../ui/Problem.tsx";
import type { Described } from "./description.ts";
import type { LayerRow } from "./rows.ts";

const words = {
  parameters: { en: "parameters", zh: "参数" },
  work: { en: "multiply-adds a picture", zh: "每幅图像的乘加次数" },
  memory: { en: "memory to train, a picture at a time", zh: "逐幅训练所需内存" },
  go: { en: "Go to the place", zh: "转到该处" },
  kept: {
    en: "All that you typed is kept. Training begins once this is mended.",
    zh: "所输入的内容都已保留；修正后即可训练。",
  },
};

/** Typing is full of mistakes that mend themselves: only those that stay are announced. */
const announceMs = 1500;

export interface StatusProps {
  readonly described: Described;
  readonly id: string;
  /** Puts the caret at what is wrong. */
  readonly onGo: () => void;
}

export function Status({ described, id, onGo }: StatusProps) {
  const { problem, working, error, rows } = described;
  const message =
    problem === null
      ? null
      : say({
          en: `Line ${problem.line}, column ${problem.column}: ${problem.text.en}`,
          zh: `第 ${problem.line} 行，第 ${problem.column} 列：${problem.text.zh}`,
        });
  useEffect(() => {
    if (message === null) return;
    const timer = setTimeout(() => {
      announcement.value = message;
    }, announceMs);
    return () => clearTimeout(timer);
  }, [message]);
  return (
    <div id={id} class="build-status">
      <Problem of={error} />
      {message !== null && (
        <div class="notice problem">
          {message.split("\n", 1)}
          {message.includes("\n") && <pre>{message.slice(message.indexOf("\n") + 1)}</pre>}
          <p class="status-kept">{say(words.kept)}</p>
          <Button onClick={onGo}>{say(words.go)}</Button>
        </div>
      )}
      {message === null && working !== null && (
        <div class="notice">
          <dl class="status-totals">
            <Total name={words.parameters} value={formatCount.value(working.parameters)} />
            <Total name={words.work} value={shortCount(working.multiplyAdds)} />
            <Total name={words.memory} value={bytes(working.trainingBytes)} />
          </dl>
          <p class="status-cost">{costOf(rows)}</p>
        </div>
      )}
    </div>
  );
}

function Total({ name, value }: { readonly name: Text; readonly value: string }) {
  return (
    <div>
      <dt>{say(name)}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Which layers hold most of the parameters, and do most of the work. */
function costOf(rows: readonly LayerRow[]): string {
  const holds = largest(rows, "parameters");
  const works = largest(rows, "multiplyAdds");
  if (holds === null || works === null) return "";
  return say({
    en: `${holds.share} of the parameters are in ${holds.name}, ${works.share} of the multiply-adds in ${works.name}.`,
    zh: `${holds.share} 的参数在 ${holds.name}，${works.share} 的乘加在 ${works.name}。`,
  });
}

function largest(rows: readonly LayerRow[], of: "parameters" | "multiplyAdds") {
  const cost = (row: LayerRow): number => row.figures?.[of] ?? 0;
  const all = rows.reduce((sum, row) => sum + cost(row), 0);
  const [most] = [...rows].sort((a, b) => cost(b) - cost(a));
  if (most === undefined || all === 0) return null;
  return {
    share: `${Math.round((100 * cost(most)) / all)}\u00a0%`,
    name: `${most.item.path} ${most.text}`,
  };
}
