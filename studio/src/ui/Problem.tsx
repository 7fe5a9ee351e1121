// What went wrong, where something did.
import { problemOf } from "../problem.ts";
import { say, type Text } from "../text.ts";
import { Notice } from "./controls.tsx";

export interface ProblemProps {
  readonly of: Error | Text | null;
  /** What is said below: what the page does about it. */
  readonly then?: Text;
}

export function Problem({ of, then }: ProblemProps) {
  if (of === null) return null;
  return (
    <Notice kind="problem">
      {say(of instanceof Error ? problemOf(of) : of)}
      {then !== undefined && `\n${say(then)}`}
    </Notice>
  );
}
