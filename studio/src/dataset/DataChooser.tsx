// Which pictures are learned from: those that are here, or a person's own.
import { useState } from "preact/hooks";
import { ask } from "../engine/client.ts";
import { type DatasetInfo, noPictures } from "../engine/data/types.ts";
import { useAnswer } from "../engine/useAnswer.ts";
import { problemOf } from "../problem.ts";
import { formatCount, say, type Text } from "../text.ts";
import { Choice } from "../ui/controls.tsx";
import { DeleteButton } from "../ui/DeleteButton.tsx";
import { Examples } from "./Examples.tsx";
import { OwnPictures } from "./OwnPictures.tsx";
import "./dataset.css";
import { Problem } from "../ui/Problem.tsx";

const words = {
  data: { en: "Pictures", zh: "图像数据" },
  sample: { en: "sample", zh: "样本" },
  own: { en: "Own pictures", zh: "自己的图像" },
  examples: { en: "Some pictures of each class", zh: "各类别的部分图像" },
  none: { en: "those of the checkpoint are not here", zh: "没有检查点所用的图像" },
  gone: { en: "no longer here", zh: "已不存在" },
  remove: { en: "Delete these pictures", zh: "删除这些图像" },
};

export interface DataChooserProps {
  /** The id of a data set. */
  readonly value: string;
  readonly onChange: (id: string) => void;
}

export function DataChooser({ value, onChange }: DataChooserProps) {
  // Grows when data sets came or went.
  const [version, setVersion] = useState(0);
  const [isShowing, show] = useState(false);
  const [problem, setProblem] = useState<Text | null>(null);
  const list = useAnswer("datasetList", { version });
  const known = list.value ?? [];
  const chosen = known.find(({ id }) => id === value);
  const options = known.map((each) => ({ value: each.id, label: labelOf(each) }));
  if (chosen === undefined) {
    // A set that was just added is in the next list.
    const isGone = list.value !== null && !list.isPending;
    const gone = value === noPictures ? say(words.none) : `${value}: ${say(words.gone)}`;
    options.push({ value, label: isGone ? gone : "…" });
  }
  const remove = async (): Promise<void> => {
    try {
      await ask("datasetDelete", { id: value });
      onChange("sample");
      setVersion(version + 1);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <>
      <div class="controls">
        <Choice label={say(words.data)} value={value} options={options} onChange={onChange} />
        {chosen?.id.startsWith("own-") && (
          <DeleteButton key={value} text={say(words.remove)} onDelete={() => void remove()} />
        )}
      </div>
      <Problem of={list.error} />
      <Problem of={problem} />
      <details class="dataset-examples" onToggle={({ currentTarget }) => show(currentTarget.open)}>
        <summary>{say(words.examples)}</summary>
        {isShowing && <Examples id={value} />}
      </details>
      <details class="own-pictures">
        <summary>{say(words.own)}</summary>
        <OwnPictures
          onAdded={(id) => {
            setVersion(version + 1);
            onChange(id);
          }}
        />
      </details>
    </>
  );
}

function labelOf({ id, title, classes, imageShape, train, test }: DatasetInfo): string {
  const count = formatCount.value;
  const name = id === "sample" ? `${title}, ${say(words.sample)}` : title;
  const size = `${count(train)} + ${count(test)}`;
  return say({
    en: `${name}: ${size} pictures, ${classes.length} classes, ${imageShape.join(" × ")}`,
    zh: `${name}：${size} 幅图像，${classes.length} 类，${imageShape.join(" × ")}`,
  });
}
