// What the chapters on networks, batch normalisation and residual connections ask.
import { activationSpreads, channelSteps } from "./batchNorm.ts";
import {
  pairForget,
  pairGradients,
  pairHold,
  pairPoints,
  pairStop,
  pairTrain,
  residualMaps,
} from "./compared.ts";
import { inceptionCost, networkBlock, networkCosts, networkDrawing } from "./networkDrawing.ts";

export const networksHandlers = {
  networkDrawing,
  networkBlock,
  networkCosts,
  inceptionCost,
  pairPoints,
  pairTrain,
  pairStop,
  pairHold,
  pairForget,
  pairGradients,
  residualMaps,
  activationSpreads,
  channelSteps,
};
