// Everything that the engine can be asked, by name. A handler gets plain data and returns plain data; a second parameter,
// if it has one, tells the page what happens on the way.

import { layerParameters, multiChannel, pointwise } from "./channels.ts";
import { correlate } from "./correlate.ts";
import { dataHandlers } from "./data.ts";
import { filterPicture } from "./edges.ts";
import { kernelStep, newKernel } from "./learnKernel.ts";
import {
  lenetActivations,
  lenetReset,
  lenetStop,
  lenetSummary,
  lenetTrain,
  samplePictures,
} from "./lenet.ts";
import { machine } from "./machine.ts";
import { networksHandlers } from "./networks.ts";
import { describeNetwork } from "./networkText.ts";
import { parameterCounts } from "./parameterCounts.ts";
import { movedEdge, pool } from "./pooling.ts";
import { probeHandlers } from "./probe.ts";
import { networkFields, stackFields } from "./receptiveFields.ts";
import { runHandlers } from "./run.ts";
import { sameSizes, stackedSizes } from "./sliding.ts";
import { movedShape, search } from "./translation.ts";

export const handlers = {
  correlate,
  machine,
  filterPicture,
  kernelStep,
  newKernel,
  parameterCounts,
  movedShape,
  search,
  sameSizes,
  stackedSizes,
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
  ...dataHandlers,
  ...networksHandlers,
  ...probeHandlers,
  ...runHandlers,
};
