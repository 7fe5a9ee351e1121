// A network stage by stage, and the inside of the block that is pointed at.
import { useState } from "preact/hooks";
import type {
  DrawnBlock,
  DrawnStage,
  NetworkDrawing,
  NetworkName,
} from "../../engine/handlers/networkDrawing.ts";
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting, setting } from "../../location.ts";
import { formatCount, say } from "../../text.ts";
import { Choice } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Problem } from "../../ui/Problem.tsx";
import { BlockDiagram } from "./BlockDiagram.tsx";
import { about, networkOrder, ownSize, titles } from "./titles.ts";

const words = {
  title: { en: "A network and its blocks", zh: "网络及其块" },
  network: { en: "Network", zh: "网络" },
  size: { en: "Pictures", zh: "图像大小" },
  stages: { en: "Stages", zh: "各阶段" },
  inside: { en: "Inside", zh: "内部" },
  parameters: { en: "parameters", zh: "个参数" },
  multiplyAdds: { en: "multiply-adds", zh: "次乘加" },
};

const sizes = [28, 32, 64, 96, 128, 160, 224, 256];

export function NetworkFigure() {
  const wanted = setting("net", "googlenet");
  const name: NetworkName = networkOrder.find((known) => known === wanted) ?? "googlenet";
  const size = countSetting("size", ownSize[name], 1, 512);
  const { value, error } = useAnswer("networkDrawing", { name, size });
  const options = [...new Set([...sizes, size])].sort((a, b) => a - b);
  const count = formatCount.value;
  const caption =
    value === null
      ? ""
      : `${say(about[name])} ${say({
          en: `${count(value.parameters)} parameters; ${count(value.multiplyAdds)} multiply-adds for a picture.`,
          zh: `共 ${count(value.parameters)} 个参数，每幅图像 ${count(value.multiplyAdds)} 次乘加。`,
        })}`;
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Choice<NetworkName>
          label={say(words.network)}
          value={name}
          options={networkOrder.map((value) => ({ value, label: titles[value] }))}
          onChange={(chosen) => changeSettings({ net: chosen, size: null, block: null })}
        />
        <Choice
          label={say(words.size)}
          value={String(size)}
          options={options.map((side) => ({ value: String(side), label: `${side} × ${side}` }))}
          onChange={(chosen) => changeSettings({ size: chosen })}
        />
      </div>
      <Problem of={error} />
      {value !== null && error === null && <Drawing name={name} drawing={value} />}
    </Figure>
  );
}

interface DrawingProps {
  readonly name: NetworkName;
  readonly drawing: NetworkDrawing;
}

function Drawing({ name, drawing }: DrawingProps) {
  const size = drawing.inputShape[1] as number;
  const blocks = drawing.stages.flatMap((stage) => stage.blocks);
  const [pointed, point] = useState<string | null>(null);
  const find = (path: string | null): DrawnBlock | undefined =>
    blocks.find((block) => block.path === path);
  const chosen =
    find(pointed) ?? find(setting("block", "")) ?? blocks.toSorted(byInterest)[0] ?? blocks[0];
  const inside = useAnswer(
    "networkBlock",
    chosen === undefined ? null : { name, size, path: chosen.path },
  );
  const count = formatCount.value;
  return (
    <div class="network whole-row">
      <ol class="stages" aria-label={say(words.stages)}>
        {drawing.stages.map((stage) => (
          <Stage
            key={stage.path}
            stage={stage}
            whole={drawing}
            chosen={chosen?.path ?? ""}
            onPoint={point}
          />
        ))}
      </ol>
      <div class="inside">
        {chosen !== undefined && (
          <p class="inside-head">
            <strong>{chosen.type}</strong>{" "}
            {`${count(chosen.parameters)} ${say(words.parameters)}, ${count(chosen.multiplyAdds)} ${say(words.multiplyAdds)}`}
          </p>
        )}
        <p class="inside-head part-title">
          {inside.value?.weights
            .map(({ name: own, shape }) => `${own} ${shape.join(" × ")}`)
            .join(" + ")}
        </p>
        <Problem of={inside.error} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: large blocks are scrolled by keys */}
        <section class="inside-drawing" tabIndex={0} aria-label={say(words.inside)}>
          {inside.value !== null && (
            <BlockDiagram label={inside.value.type} graph={inside.value.graph} />
          )}
        </section>
      </div>
    </div>
  );
}

/** Blocks with layers inside first: their names are no layer's. */
function byInterest(a: DrawnBlock, b: DrawnBlock): number {
  return Number(isPlain(a)) - Number(isPlain(b));
}

function isPlain({ type }: DrawnBlock): boolean {
  return /2d$|^Linear$|^ReLU6?$|^Sigmoid$|^Flatten$|^Dropout$/.test(type);
}

interface StageProps {
  readonly stage: DrawnStage;
  readonly whole: NetworkDrawing;
  readonly chosen: string;
  readonly onPoint: (path: string | null) => void;
}

function Stage({ stage, whole, chosen, onPoint }: StageProps) {
  const count = formatCount.value;
  return (
    <li>
      <div class="blocks">
        {stage.blocks.map(({ path, type, parameters }) => (
          <button
            key={path}
            type="button"
            class={parameters > 0 ? "learned" : ""}
            aria-pressed={path === chosen}
            onPointerEnter={({ pointerType }) => pointerType === "mouse" && onPoint(path)}
            onPointerLeave={() => onPoint(null)}
            onFocus={() => onPoint(path)}
            onBlur={() => onPoint(null)}
            onClick={() => changeSettings({ block: path })}
          >
            {type}
          </button>
        ))}
      </div>
      <span class="shape">{stage.outputShape.join(" × ")}</span>
      <Share value={stage.parameters} of={whole.parameters}>
        {`${count(stage.parameters)} ${say(words.parameters)}`}
      </Share>
      <Share value={stage.multiplyAdds} of={whole.multiplyAdds}>
        {`${count(stage.multiplyAdds)} ${say(words.multiplyAdds)}`}
      </Share>
    </li>
  );
}

interface ShareProps {
  readonly value: number;
  readonly of: number;
  readonly children: string;
}

/** A number, and below it a bar for its share of the whole. */
function Share({ value, of, children }: ShareProps) {
  return (
    <span class="share">
      {value === 0 ? "" : children}
      <span class="share-bar" style={{ width: `${(100 * value) / Math.max(1, of)}%` }} />
    </span>
  );
}
