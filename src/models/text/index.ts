// The language of network texts, without the engine: reading, writing and changing. Pages use it beside the library.
export { addLayer, type Item, itemsOf, moveLayer, removeLayer, replaceLayer } from "./edit.ts";
export { allLayers, isLayerName, layerNames, newLayerText } from "./layers.ts";
export { parseNetwork } from "./parse.ts";
export { printNetwork } from "./print.ts";
export {
  type Entry,
  type Layer,
  NetworkTextError,
  type Scalar,
  type Span,
  scalar,
  type Value,
} from "./syntax.ts";
