// The picture: one of the test pictures, a drawing, or a file; and the classes that the network takes it for.

import { useState } from "preact/hooks";
import type { ProbeLook } from "../engine/probe/types.ts";
import type { RunView } from "../engine/run/types.ts";
import { useAnswer } from "../engine/useAnswer.ts";
import { changeSettings, countSetting } from "../location.ts";
import { colourOf, grayOf, readPicture } from "../picture/read.ts";
import { problemOf } from "../problem.ts";
import { say, type Text } from "../text.ts";
import { ClassBars } from "../ui/ClassBars.tsx";
import { Button, Notice } from "../ui/controls.tsx";
import { DrawPad } from "../ui/DrawPad.tsx";
import { Figure } from "../ui/Figure.tsx";
import { FileDrop } from "../ui/FileDrop.tsx";
import { percent } from "../ui/numbers.ts";
import { PixelPicture } from "../ui/PixelPicture.tsx";
import { Problem } from "../ui/Problem.tsx";
import { ownPicture, takePicture } from "./store.ts";

const words = {
  title: { en: "Picture and classes", zh: "图像与类别" },
  pictures: { en: "Test pictures", zh: "测试图像" },
  next: { en: "Other pictures", zh: "换一批图像" },
  gone: {
    en: "The pictures that this network was trained on are not here: draw one, or choose a file.",
    zh: "这里没有此网络的训练图像：请绘制一幅，或选择文件。",
  },
  pad: { en: "Picture", zh: "图像" },
  file: { en: "Choose a picture file, or drop one here", zh: "选择图像文件，或拖放到此处" },
  stays: { en: "The picture before is still shown.", zh: "仍显示之前的图像。" },
};

const shown = 10;

export interface PictureProps {
  readonly view: RunView;
  readonly look: ProbeLook | null;
  readonly names: readonly string[];
}

export function Picture({ view, look, names }: PictureProps) {
  const index = countSetting("picture", 0, 0, Math.max(0, view.testImages - 1));
  const from = Math.floor(index / shown) * shown;
  const { value: pictures } = useAnswer("probePictures", { from, count: shown, run: view.id });
  const [problem, setProblem] = useState<Text | null>(null);
  const shape = view.settings.inputShape;
  const [channels, height, width] = shape;
  const choose = (picture: number): void => {
    ownPicture.value = null;
    setProblem(null);
    changeSettings({ picture });
  };
  const load = async (file: File): Promise<void> => {
    try {
      const pixels = await readPicture(file, [height, width]);
      takePicture(channels === 1 ? grayOf(pixels) : colourOf(pixels));
      setProblem(null);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  // The pad draws in grey; in colour networks all channels get the same.
  const isGrey = channels === 1;
  const pad = isGrey ? (ownPicture.value?.pixels ?? look?.pixels) : undefined;
  const size = 224;
  return (
    <Figure title={say(words.title)} caption={look === null ? "" : captionOf(look, names)}>
      {view.testImages === 0 ? (
        <Notice>{say(words.gone)}</Notice>
      ) : (
        <fieldset class="picture-row" aria-label={say(words.pictures)}>
          {pictures?.map((picture) => (
            <button
              type="button"
              key={picture.index}
              class="picture"
              aria-pressed={ownPicture.value === null && picture.index === index}
              aria-label={`${picture.index + 1}: ${names[picture.label]}`}
              onClick={() => choose(picture.index)}
            >
              <PixelPicture
                label={names[picture.label] ?? ""}
                pixels={picture.pixels}
                shape={shape}
                size={48}
              />
            </button>
          ))}
          <Button onClick={() => choose(from + shown < view.testImages ? from + shown : 0)}>
            {say(words.next)}
          </Button>
        </fieldset>
      )}
      <div class="part">
        <span class="part-title">{`${say(words.pad)}: ${shape.join(" × ")}`}</span>
        {pad !== undefined && pad.length === width * height && (
          <DrawPad
            label={say(words.pad)}
            width={width}
            height={height}
            size={size}
            pen={(1.2 * width) / 28}
            values={pad}
            onDraw={takePicture}
          />
        )}
        {!isGrey && look !== null && (
          <>
            <PixelPicture label={say(words.pad)} pixels={look.pixels} shape={shape} size={size} />
            <GreyPad width={width} height={height} channels={channels} />
          </>
        )}
      </div>
      {look !== null && (
        <ClassBars
          names={names}
          probabilities={look.probabilities}
          top={Math.min(5, names.length)}
        />
      )}
      <div class="whole-row">
        <FileDrop label={say(words.file)} accept="image/*" onFile={(file) => void load(file)} />
        <Problem of={problem} then={words.stays} />
      </div>
    </Figure>
  );
}

/** For networks that take colours: what is drawn in grey goes into all channels. */
function GreyPad({
  width,
  height,
  channels,
}: {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}) {
  const [grey, setGrey] = useState<Float32Array>(() => new Float32Array(width * height));
  return (
    <DrawPad
      label={say({ en: "Draw a picture", zh: "绘制图像" })}
      width={width}
      height={height}
      size={112}
      pen={(1.2 * width) / 28}
      values={grey}
      onDraw={(drawn) => {
        setGrey(drawn);
        const all = new Float32Array(channels * drawn.length);
        for (let c = 0; c < channels; c++) all.set(drawn, c * drawn.length);
        takePicture(all);
      }}
    />
  );
}

function captionOf({ probabilities, label }: ProbeLook, names: readonly string[]): string {
  const best = probabilities.indexOf(Math.max(...probabilities));
  const share = percent(probabilities[best]);
  const guess = say({
    en: `Most likely: ${names[best]}, ${share}.`,
    zh: `最可能的类别：${names[best]}，${share}。`,
  });
  if (label === null) return guess;
  const truth = say({
    en: `The picture is: ${names[label]}. `,
    zh: `图像的类别是${names[label]}。`,
  });
  return truth + guess;
}
