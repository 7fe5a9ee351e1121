// A folder of own pictures, dropped or chosen: one folder in it for each class.
import { useId, useState } from "preact/hooks";
import { ask } from "../engine/client.ts";
import type { FileProblem } from "../engine/data/types.ts";
import { problemOf } from "../problem.ts";
import { announcement, say, type Text } from "../text.ts";
import { Choice, Notice } from "../ui/controls.tsx";
import { DropZone } from "../ui/DropZone.tsx";
import { Problem } from "../ui/Problem.tsx";
import { filesOfDrop, filesOfInput, type GivenFolder, titleOf } from "./readDrop.ts";

const words = {
  about: {
    en: "Drop a folder here, or choose one: it holds a folder of pictures for each class, with or without train and test above them. The pictures stay in this browser.",
    zh: "把文件夹拖到这里，或选择一个：其中每个类别有一个图像文件夹，上层可以有 train 和 test。图像只留在此浏览器中。",
  },
  choose: { en: "Folder of pictures", zh: "图像文件夹" },
  side: { en: "Kept as", zh: "保存尺寸" },
  reading: { en: "Reading pictures", zh: "正在读取图像" },
  added: { en: "The pictures are here and chosen.", zh: "图像已就绪并选中。" },
  left: { en: "Left out:", zh: "未使用：" },
  more: { en: "more", zh: "更多" },
};

const sides = [28, 32, 64, 96] as const;
const shownProblems = 12;

interface Outcome {
  readonly error: Text | null;
  readonly problems: readonly FileProblem[];
}

export function OwnPictures({ onAdded }: { readonly onAdded: (id: string) => void }) {
  const id = useId();
  const [side, setSide] = useState<number>(32);
  const [share, setShare] = useState<number | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const add = async (finding: Promise<GivenFolder> | GivenFolder): Promise<void> => {
    setOutcome(null);
    setShare(0);
    try {
      const { files, problems: unopened } = await finding;
      const title = titleOf(files);
      const { dataset, problems } = await ask(
        "datasetAdd",
        { title, files, side },
        ({ done, total }) => setShare(done / total),
      );
      setOutcome({ error: null, problems: [...unopened, ...problems] });
      announcement.value = say(words.added);
      onAdded(dataset.id);
    } catch (error) {
      setOutcome({ error: problemOf(error), problems: [] });
    }
    setShare(null);
  };
  return (
    <DropZone
      label={say(words.choose)}
      onDrop={(dropped) => {
        // One folder after the other.
        if (share === null) void add(filesOfDrop(dropped));
      }}
    >
      <p class="whole-row">{say(words.about)}</p>
      <Choice
        label={say(words.side)}
        value={String(side)}
        options={sides.map((size) => ({ value: String(size), label: `${size} × ${size}` }))}
        onChange={(value) => setSide(Number(value))}
      />
      <div class="control">
        <label for={id}>{say(words.choose)}</label>
        <input
          id={id}
          type="file"
          multiple
          disabled={share !== null}
          ref={(input) => input?.setAttribute("webkitdirectory", "")}
          onChange={({ currentTarget }) => {
            const files = currentTarget.files;
            if (files !== null) void add(filesOfInput(files));
            // The same folder may be chosen again.
            currentTarget.value = "";
          }}
        />
      </div>
      {share !== null && (
        <progress class="whole-row" aria-label={say(words.reading)} value={share} max={1} />
      )}
      {outcome !== null && <Told {...outcome} />}
    </DropZone>
  );
}

function Told({ error, problems }: Outcome) {
  if (error !== null) return <Problem of={error} />;
  return (
    <div class="whole-row">
      <Notice>{say(words.added)}</Notice>
      {problems.length > 0 && (
        <>
          <p>{say(words.left)}</p>
          <ul class="file-problems">
            {problems.slice(0, shownProblems).map(({ path, message }) => (
              <li key={path}>
                <code>{path}</code>: {say(message)}
              </li>
            ))}
            {problems.length > shownProblems && (
              <li>{`+ ${problems.length - shownProblems} ${say(words.more)}`}</li>
            )}
          </ul>
        </>
      )}
    </div>
  );
}
