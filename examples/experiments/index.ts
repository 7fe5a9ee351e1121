// All experiments, in order.
import { experiment as e01 } from "./e01-corr2d.ts";
import { experiment as e02 } from "./e02-conv-layer.ts";
import { experiment as e03 } from "./e03-edges.ts";
import { experiment as e04 } from "./e04-learn-kernel.ts";
import { experiment as e05 } from "./e05-convolution.ts";
import { experiment as e06 } from "./e06-receptive-field.ts";
import { experiment as e07 } from "./e07-waldo.ts";
import { experiment as e08 } from "./e08-parameters.ts";
import { experiment as e09 } from "./e09-padding.ts";
import { experiment as e10 } from "./e10-padded-corr2d.ts";
import { experiment as e11 } from "./e11-stride.ts";
import { experiment as e12 } from "./e12-same.ts";
import { experiment as e13 } from "./e13-shrinking.ts";
import { experiment as e14 } from "./e14-by-hand.ts";
import { experiment as e15 } from "./e15-three-sizes.ts";
import { experiment as e16 } from "./e16-input-channels.ts";
import { experiment as e17 } from "./e17-output-channels.ts";
import { experiment as e18 } from "./e18-one-by-one.ts";
import { experiment as e19 } from "./e19-bias.ts";
import { experiment as e20 } from "./e20-pooling.ts";
import { experiment as e21 } from "./e21-pooling-sizes.ts";
import { experiment as e22 } from "./e22-pooled-channels.ts";
import { experiment as e23 } from "./e23-shift.ts";
import { formulas as e29, learning as e29Learning } from "./e29-batch-norm.ts";
import { experiment as e30 } from "./e30-blocks.ts";
import type { Experiment } from "./experiment.ts";

/** The textbook's experiments with convolution, padding, channels, pooling and the blocks of deep networks. */
export const experiments: readonly Experiment[] = [
  e01,
  e02,
  e03,
  e04,
  e05,
  e06,
  e07,
  e08,
  e09,
  e10,
  e11,
  e12,
  e13,
  e14,
  e15,
  e16,
  e17,
  e18,
  e19,
  e20,
  e21,
  e22,
  e23,
  e29,
  e29Learning,
  e30,
];
