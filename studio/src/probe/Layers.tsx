// Every layer's feature maps, one canvas a layer; a layer is fetched and painted when it comes into view.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ProbeLayer, ProbeLook } from "../engine/probe/types.ts";
import { useAnswer } from "../engine/useAnswer.ts";
import { changeSettings } from "../location.ts";
import { say } from "../text.ts";
import { Button } from "../ui/controls.tsx";
import { Figure } from "../ui/Figure.tsx";
import { Legend } from "../ui/Heatmap.tsx";
import { MapAtlas } from "../ui/MapAtlas.tsx";
import { chosenUnit, unitSettings } from "./store.ts";

const words = {
  title: { en: "Every layer's maps", zh: "各层的特征图" },
  caption: {
    en: "Choose a unit by the pointer, or with the arrow keys: the figure below shows what it sees and how its number comes about. Each layer has its own scale.",
    zh: "用指针或方向键选择一个单元：下面的图显示它看到什么，以及它的数值如何得出。每一层有自己的色标。",
  },
  all: { en: "Show all", zh: "全部显示" },
  maps: { en: "outputs", zh: "输出" },
};

export function Layers({ look }: { readonly look: ProbeLook }) {
  const chosen = chosenUnit(look);
  return (
    <Figure title={say(words.title)} caption={say(words.caption)}>
      <div class="layer-maps">
        {look.layers.map((info, layer) => (
          <Layer
            key={`${layer} ${info.path}`}
            look={look.look}
            layer={layer}
            info={info}
            unit={chosen?.layer === layer ? chosen.unit : null}
          />
        ))}
      </div>
    </Figure>
  );
}

interface LayerProps {
  readonly look: number;
  readonly layer: number;
  readonly info: ProbeLayer;
  readonly unit: readonly number[] | null;
}

const few = 64;

function Layer({ look, layer, info, unit }: LayerProps) {
  const { path, text, shape, most } = info;
  const host = useRef<HTMLElement>(null);
  const isSeen = useSeen(host);
  const [isWhole, setWhole] = useState(false);
  const { value } = useAnswer("probeMaps", isSeen ? { look, layer } : null);
  const [channels = 1, height, width] = shape;
  const isList = height === undefined || width === undefined;
  const grid = isList ? { width: channels, height: 1 } : { width, height };
  const size = isList
    ? Math.min(480, Math.max(120, channels * 4))
    : Math.max(24, Math.min(64, 2 * width));
  const values = value?.shape.join() === shape.join() ? value.values : null;
  return (
    <section class="layer probe-layer" aria-label={`${path} ${text}`} ref={host}>
      <div class="layer-head">
        <strong>{`${path} ${text}`}</strong>
        <span class="part-title">{shape.join(" × ")}</span>
        <Legend most={most === 0 ? 1 : most} />
        {!isList && channels > few && (
          <Button pressed={isWhole} onClick={() => setWhole(!isWhole)}>
            {say(words.all)}
          </Button>
        )}
      </div>
      {values !== null && (
        <MapAtlas
          label={`${path} ${text}, ${say(words.maps)}`}
          values={values}
          {...grid}
          size={size}
          most={most === 0 ? 1 : most}
          limit={isWhole ? channels : few}
          marked={
            unit === null
              ? null
              : isList
                ? { map: 0, x: unit[0] ?? 0, y: 0 }
                : { map: unit[0] ?? 0, x: unit[2] ?? 0, y: unit[1] ?? 0 }
          }
          onPick={({ map, x, y }) => changeSettings(unitSettings(path, isList ? [x] : [map, y, x]))}
        />
      )}
    </section>
  );
}

/** Is it in view, or close to it? */
function useSeen(host: { readonly current: HTMLElement | null }): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (host.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => setSeen(entries.at(-1)?.isIntersecting ?? false),
      { rootMargin: "200px" },
    );
    observer.observe(host.current);
    return () => observer.disconnect();
  }, []);
  return isSeen;
}
