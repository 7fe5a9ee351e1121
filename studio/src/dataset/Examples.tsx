// Some pictures of each class, so that one sees what is learned from.
import { useAnswer } from "../engine/useAnswer.ts";
import { formatCount, say } from "../text.ts";
import { PixelPicture } from "../ui/PixelPicture.tsx";
import { Problem } from "../ui/Problem.tsx";
import { titleOfClass } from "./titles.ts";

const words = {
  more: { en: "more classes", zh: "个其他类别" },
};

const perClass = 8;
const mostClasses = 24;

export function Examples({ id }: { readonly id: string }) {
  const { value, error } = useAnswer("datasetExamples", { id, perClass, classes: mostClasses });
  if (error !== null) return <Problem of={error} />;
  if (value === null) return <div class="examples" aria-busy="true" />;
  const { rows, classes } = value;
  return (
    <ul class="examples">
      {rows.map(({ label, pixels, shape, count }) => {
        const name = titleOfClass({ settings: { dataset: id }, classes }, label);
        const title = `${name}, ${formatCount.value(count)}`;
        return (
          <li key={label}>
            <span>{title}</span>
            <PixelPicture label={name} pixels={pixels} shape={shape} size={perClass * 32} />
          </li>
        );
      })}
      {classes.length > rows.length && (
        <li>{`+ ${classes.length - rows.length} ${say(words.more)}`}</li>
      )}
    </ul>
  );
}
