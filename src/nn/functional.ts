// The functions behind the layers, as `torch.nn.functional`.
export {
  avgPool2d,
  conv2d,
  crossEntropy,
  linear,
  logSoftmax,
  maxPool2d,
  mseLoss,
  nllLoss,
  oneHot,
  pad,
  relu,
  sigmoid,
  softmax,
  tanh,
} from "../ops/index.ts";
