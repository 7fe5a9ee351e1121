// Everything that the engine can be asked, by name. A handler gets plain data and returns plain data; a second parameter,
// if it has one, tells the page what happens on the way.

import { layerParameters, multiChannel, pointwise } from "./channels.ts";
import { correlate } from "./correlate.ts";
import {
  lenetActivations,
  lenetReset,
  lenetStop,
  lenetSummary,
  lenetTrain,
  samplePictures,
} from "./lenet.ts";
import { machine } from "./machine.ts";
import { describeNetwork } from "./networkText.ts";
import { movedEdge, pool } from "./pooling.ts";
import { networkFields, stackFields } from "./receptiveFields.ts";

export const handlers = {
  correlate,
  machine,
  layerParameters,
  multiChannel,
  pointwise,
  lenetActivations,
  lenetReset,
  lenetStop,
  lenetSummary,
  lenetTrain,
  samplePictures,
  movedEdge,
  pool,
  networkFields,
  stackFields,
  describeNetwork,
};
