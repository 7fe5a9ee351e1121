// A 1 × 1 convolution, pixel by pixel: the column of a pixel's channels times a matrix.
import { useState } from "preact/hooks";
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting } from "../../location.ts";
import { say } from "../../text.ts";
import { Button, Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Matrix } from "../../ui/Matrix.tsx";
import { threeDigits } from "../../ui/numbers.ts";
import { Problem } from "../../ui/Problem.tsx";
import { shortNumber } from "../replaced.ts";

const words = {
  title: { en: "One matrix for every pixel", zh: "每个像素乘同一个矩阵" },
  input: { en: "Input channel", zh: "输入通道" },
  output: { en: "Output channel", zh: "输出通道" },
  inChannels: { en: "Input channels", zh: "输入通道数" },
  outChannels: { en: "Output channels", zh: "输出通道数" },
  again: { en: "Other numbers", zh: "换一组数" },
  weights: { en: "Kernel, as a matrix", zh: "卷积核（矩阵形式）" },
  pixel: { en: "Pixel", zh: "像素" },
  result: { en: "Result", zh: "结果" },
};

const size = 3;

export function PointwiseProduct() {
  const inChannels = countSetting("in", 3, 1, 4);
  const outChannels = countSetting("out", 2, 1, 4);
  const seed = countSetting("seed", 1, 1, 999);
  const [[row, column], point] = useState<readonly [number, number]>([0, 0]);
  const { value, error } = useAnswer("pointwise", { inChannels, outChannels, size, seed });
  const isPointed = (i: number, j: number): boolean => i === row && j === column;
  const at = (i: number, j: number): void => point([i, j]);
  const pixel = value?.inputs.map((map) => [map[row]?.[column] ?? 0]) ?? [];
  const result = value?.products.map((line) => [line[row * size + column] ?? 0]) ?? [];
  const terms = value?.weights[0]
    ?.map((weight, c) => `${shortNumber(weight)}·${shortNumber(pixel[c]?.[0] ?? 0)}`)
    .join(" + ");
  const sum = `${terms} = ${shortNumber(result[0]?.[0] ?? 0)}`;
  const difference = value === null ? "" : threeDigits(value.difference);
  const caption =
    value === null
      ? ""
      : say({
          en: `Output channel 1: ${sum}. Convolution and matrix product differ by at most ${difference}.`,
          zh: `输出通道 1：${sum}。卷积与矩阵乘积之差最大为 ${difference}。`,
        });
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Slider
          label={say(words.inChannels)}
          value={inChannels}
          min={1}
          max={4}
          onChange={(count) => changeSettings({ in: count })}
        />
        <Slider
          label={say(words.outChannels)}
          value={outChannels}
          min={1}
          max={4}
          onChange={(count) => changeSettings({ out: count })}
        />
        <Button onClick={() => changeSettings({ seed: (seed % 999) + 1 })}>
          {say(words.again)}
        </Button>
      </div>
      <Problem of={error} />
      {value !== null && (
        <>
          <div class="stack-outputs">
            {value.inputs.map((map, c) => (
              <div class="part" key={c}>
                <span class="part-title">{`${say(words.input)} ${c + 1}`}</span>
                <Matrix
                  label={`${say(words.input)} ${c + 1}`}
                  values={map}
                  mark={isPointed}
                  onPoint={at}
                />
              </div>
            ))}
          </div>
          <div class="product">
            <div class="part">
              <span class="part-title">{say(words.weights)}</span>
              <Matrix label={say(words.weights)} values={value.weights} />
            </div>
            <span class="sign">×</span>
            <div class="part">
              <span class="part-title">{say(words.pixel)}</span>
              <Matrix label={say(words.pixel)} values={pixel} />
            </div>
            <span class="sign">=</span>
            <div class="part">
              <span class="part-title">{say(words.result)}</span>
              <Matrix label={say(words.result)} values={result} />
            </div>
          </div>
          <div class="stack-outputs">
            {value.outputs.map((map, o) => (
              <div class="part" key={o}>
                <span class="part-title">{`${say(words.output)} ${o + 1}`}</span>
                <Matrix
                  label={`${say(words.output)} ${o + 1}`}
                  values={map}
                  mark={isPointed}
                  onPoint={at}
                />
              </div>
            ))}
          </div>
        </>
      )}
    </Figure>
  );
}
