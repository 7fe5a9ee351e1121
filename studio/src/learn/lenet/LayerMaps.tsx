// The outputs of all layers as pictures, each layer with its own scale.
import { useMemo } from "preact/hooks";
import type { LayerActivations } from "../../engine/handlers/lenet.ts";
import { say } from "../../text.ts";
import { Heatmap, Legend } from "../../ui/Heatmap.tsx";
import { magnitudeOf } from "../../ui/scales.ts";

const words = {
  channel: { en: "channel", zh: "通道" },
  values: { en: "values", zh: "个值" },
};

export function LayerMaps({ layers }: { readonly layers: readonly LayerActivations[] }) {
  return (
    <div class="layer-maps">
      {layers
        .filter(({ type }) => type !== "Flatten")
        .map((layer) => (
          <Layer key={layer.path} {...layer} />
        ))}
    </div>
  );
}

function Layer({ path, type, shape, values }: LayerActivations) {
  const most = magnitudeOf(values);
  const [channels = 1, height, width] = shape;
  const name = `${path} ${type}`;
  const isList = height === undefined || width === undefined;
  const area = isList ? channels : height * width;
  // The same arrays as long as the values are the same: maps are painted only when they change.
  const maps = useMemo(
    () =>
      Array.from({ length: values.length / area }, (_, c) =>
        values.subarray(c * area, (c + 1) * area),
      ),
    [values],
  );
  return (
    <section class="layer" aria-label={name}>
      <div class="layer-head">
        <strong>{type}</strong> <span class="part-title">{shape.join(" × ")}</span>
        <Legend most={most} />
      </div>
      <div class="layer-row">
        {maps.map((map, c) => (
          <Heatmap
            key={c}
            label={
              isList
                ? `${name}, ${channels} ${say(words.values)}`
                : `${name}, ${say(words.channel)} ${c + 1}`
            }
            values={map}
            width={width ?? channels}
            height={height ?? 1}
            most={most}
            size={isList ? Math.max(120, channels * 4) : 62}
          />
        ))}
      </div>
    </section>
  );
}
