// The outputs of all layers as pictures, each layer with its own scale.
import type { LayerActivations } from "../../engine/handlers/lenet.ts";
import { say } from "../../text.ts";
import { Legend } from "../../ui/Heatmap.tsx";
import { MapAtlas } from "../../ui/MapAtlas.tsx";
import { magnitudeOf } from "../../ui/scales.ts";

const words = {
  channels: { en: "channels", zh: "个通道" },
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
  const isList = height === undefined || width === undefined;
  const name = `${path} ${type}`;
  return (
    <section class="layer" aria-label={name}>
      <div class="layer-head">
        <strong>{type}</strong> <span class="part-title">{shape.join(" × ")}</span>
        <Legend most={most} />
      </div>
      <MapAtlas
        label={`${name}, ${channels} ${say(isList ? words.values : words.channels)}`}
        values={values}
        width={isList ? channels : width}
        height={isList ? 1 : height}
        most={most}
        size={isList ? Math.max(120, channels * 4) : 62}
      />
    </section>
  );
}
