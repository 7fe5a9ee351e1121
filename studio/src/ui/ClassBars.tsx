// How likely the network takes each class to be.
import { say } from "../text.ts";
import { Bar } from "./Bar.tsx";
import { percent } from "./numbers.ts";

const words = {
  title: { en: "Probability of each class", zh: "各类别的概率" },
  name: { en: "Class", zh: "类别" },
  share: { en: "Probability", zh: "概率" },
};

export interface ClassBarsProps {
  readonly names: readonly string[];
  /** Together 1. */
  readonly probabilities: Float32Array;
  /** How many are shown, the most likely first; all in their order unless given. */
  readonly top?: number;
}

export function ClassBars({ names, probabilities, top }: ClassBarsProps) {
  const all = Array.from(probabilities, (share, label) => ({ share, label }));
  const shown = top === undefined ? all : all.sort((a, b) => b.share - a.share).slice(0, top);
  return (
    <table class="bars" aria-label={say(words.title)}>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">{say(words.name)}</th>
          <th scope="col">{say(words.share)}</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ share, label }) => (
          <tr key={label}>
            <th scope="row">{names[label]}</th>
            <td>
              <Bar share={share} />
            </td>
            <td>{percent(share)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
