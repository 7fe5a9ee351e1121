// What every layer makes of a picture that is chosen or drawn.
import { useState } from "preact/hooks";
import type { LenetForm } from "../../engine/handlers/lenet.ts";
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting } from "../../location.ts";
import { say } from "../../text.ts";
import { ClassBars } from "../../ui/ClassBars.tsx";
import { Button } from "../../ui/controls.tsx";
import { DrawPad } from "../../ui/DrawPad.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Heatmap } from "../../ui/Heatmap.tsx";
import { percent } from "../../ui/numbers.ts";
import { Problem } from "../../ui/Problem.tsx";
import { className } from "./classNames.ts";
import { LayerMaps } from "./LayerMaps.tsx";

const words = {
  title: { en: "Layer by layer", zh: "逐层查看" },
  pictures: { en: "Pictures", zh: "图像" },
  other: { en: "Other pictures", zh: "换一批图像" },
  pad: { en: "Picture", zh: "图像" },
  drawn: { en: "A drawing. ", zh: "手绘图像。" },
};

export interface LiveActivationsProps {
  readonly form: LenetForm;
  /** Grows whenever the network has changed. */
  readonly version: number;
}

export function LiveActivations({ form, version }: LiveActivationsProps) {
  const from = countSetting("from", 0, 0, 29);
  const picture = countSetting("picture", 9, 0, 9);
  const sample = useAnswer("samplePictures", { from });
  const [drawing, draw] = useState<Float32Array | null>(null);
  const chosen = sample.value?.pictures[picture];
  const pixels = drawing ?? chosen?.pixels ?? null;
  const { value, error } = useAnswer(
    "lenetActivations",
    pixels === null ? null : { form, pixels, version },
  );
  const best = value === null ? 0 : value.probabilities.indexOf(Math.max(...value.probabilities));
  const own = className(chosen?.label ?? picture);
  const about =
    drawing === null
      ? say({ en: `The picture is: ${own}. `, zh: `图像的类别是${own}。` })
      : say(words.drawn);
  const share = percent(value?.probabilities[best]);
  const guess = say({
    en: `Most likely: ${className(best)}, ${share}.`,
    zh: `最可能的类别：${className(best)}，${share}。`,
  });
  const caption = value === null ? "" : about + guess;
  return (
    <Figure title={say(words.title)} caption={caption}>
      <Problem of={sample.error} />
      <Problem of={error} />
      <fieldset class="picture-row" aria-label={say(words.pictures)}>
        {sample.value?.pictures.map(({ pixels: own, label }, i) => (
          <button
            type="button"
            key={label}
            class="picture"
            aria-pressed={drawing === null && i === picture}
            aria-label={className(label)}
            onClick={() => {
              draw(null);
              changeSettings({ picture: i });
            }}
          >
            <Heatmap
              label={className(label)}
              values={own}
              width={28}
              height={28}
              scale="gray"
              most={1}
              size={56}
            />
          </button>
        ))}
        <Button
          onClick={() => {
            draw(null);
            changeSettings({ from: (from + 1) % 30 });
          }}
        >
          {say(words.other)}
        </Button>
      </fieldset>
      {pixels !== null && (
        <div class="part">
          <span class="part-title">{say(words.pad)}</span>
          <DrawPad label={say(words.pad)} width={28} height={28} values={pixels} onDraw={draw} />
        </div>
      )}
      {value !== null && (
        <ClassBars
          names={Array.from(value.probabilities, (_, label) => className(label))}
          probabilities={value.probabilities}
        />
      )}
      {value !== null && <LayerMaps layers={value.layers} />}
    </Figure>
  );
}
