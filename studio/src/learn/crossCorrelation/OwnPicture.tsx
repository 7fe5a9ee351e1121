// A picture to draw on, or to load from a file.
import { useId, useState } from "preact/hooks";
import { grayOf, readPicture } from "../../picture/read.ts";
import { problemOf } from "../../problem.ts";
import { say, type Text } from "../../text.ts";
import { DrawPad } from "../../ui/DrawPad.tsx";
import { Problem } from "../../ui/Problem.tsx";

/** Height and width of the picture. */
export const ownSize = 64;

const words = {
  before: {
    en: "The picture shown is still the one before.",
    zh: "当前显示的仍是之前的图像。",
  },
  pad: { en: "Picture to draw on", zh: "绘图板" },
  load: { en: "Load a picture", zh: "载入图像" },
};

/** A disc, so that there is something to see before anything is drawn. */
export function startPicture(): Float32Array {
  return Float32Array.from({ length: ownSize * ownSize }, (_, i) => {
    const [x, y] = [(i % ownSize) - 31.5, Math.floor(i / ownSize) - 31.5];
    return Math.max(0, Math.min(1, 18.5 - Math.hypot(x, y)));
  });
}

export interface OwnPictureProps {
  readonly pixels: Float32Array;
  readonly onChange: (pixels: Float32Array) => void;
}

export function OwnPicture({ pixels, onChange }: OwnPictureProps) {
  const id = useId();
  const [problem, setProblem] = useState<Text | null>(null);
  const load = async (file: File): Promise<void> => {
    try {
      onChange(grayOf(await readPicture(file, ownSize)));
      setProblem(null);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <>
      <DrawPad
        label={say(words.pad)}
        width={ownSize}
        height={ownSize}
        size={264}
        values={pixels}
        onDraw={onChange}
      />
      <div class="control">
        <label for={id}>{say(words.load)}</label>
        <input
          id={id}
          type="file"
          accept="image/*"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (file !== undefined) void load(file);
            // The same file can then be chosen again.
            currentTarget.value = "";
          }}
        />
      </div>
      <Problem of={problem} then={words.before} />
    </>
  );
}
