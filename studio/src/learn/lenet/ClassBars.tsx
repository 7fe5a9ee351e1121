// How likely the network takes each class to be.
import { say } from "../../text.ts";
import { className } from "./classNames.ts";

const words = {
  title: { en: "Probability of each class", zh: "各类别的概率" },
  name: { en: "Class", zh: "类别" },
  share: { en: "Probability", zh: "概率" },
};

export function ClassBars({ probabilities }: { readonly probabilities: Float32Array }) {
  return (
    <table class="bars" aria-label={say(words.title)}>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">{say(words.name)}</th>
          <th scope="col">{say(words.share)}</th>
        </tr>
      </thead>
      <tbody>
        {Array.from(probabilities, (share, label) => (
          <tr key={label}>
            <th scope="row">{className(label)}</th>
            <td>
              <div class="bar">
                <div style={{ width: `${100 * share}%` }} />
              </div>
            </td>
            <td>{`${(100 * share).toFixed(1)} %`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
