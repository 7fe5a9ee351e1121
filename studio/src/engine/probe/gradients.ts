// What a class's score hangs on, by gradients: of the picture's pixels (saliency), and of a layer's maps (Grad-CAM).
import { autograd, interpolate, type nn, noGrad, Tensor } from "../../../../src/index.ts";
import { callsOf } from "../run/calls.ts";
import { isShown } from "./snapshot.ts";

/**
 * The gradient of a class's score (before softmax) with respect to the picture.
 * @param x one picture, NCHW `[1, channels, height, width]`
 * @returns channels × height × width
 * @see Simonyan, Vedaldi & Zisserman 2014, "Deep inside convolutional networks"
 */
export async function saliency(net: nn.Module, x: Tensor, target: number): Promise<Float32Array> {
  const shape = x.shape;
  const picture = Tensor.from(Float32Array.from(await x.data()), { shape, requiresGrad: true });
  const score = callsOf(net, picture).output.select(1, target).sum();
  const [gradient] = autograd.grad(score, [picture], { allowUnused: true });
  return gradient ? Float32Array.from(await gradient.data()) : new Float32Array(x.numel);
}

export interface GradCam {
  /** Rows and columns of the layer's maps. */
  readonly rows: number;
  readonly columns: number;
  /** ReLU of the weighted sum of the maps. */
  readonly map: Float32Array;
  /** The same brought to the size of the picture. */
  readonly pixels: Float32Array;
  /** Of each map: the mean over its places of the score's gradient. */
  readonly weights: Float32Array;
}

/**
 * Grad-CAM: `ReLU(Σ_k α_k A_k)` with `α_k` the mean over all places of ∂score/∂A_k.
 * @param path of the layer whose maps A are looked at
 * @returns null if the network has no maps under this path, or the score does not depend on them
 * @see Selvaraju et al. 2017, "Grad-CAM: visual explanations from deep networks via gradient-based localization"
 */
export async function gradCam(
  net: nn.Module,
  x: Tensor,
  target: number,
  path: string,
): Promise<GradCam | null> {
  // The picture asks for gradients, so that there are some in a network whose parameters are frozen.
  const shape = x.shape;
  const picture = Tensor.from(Float32Array.from(await x.data()), { shape, requiresGrad: true });
  const { output, layers } = callsOf(net, picture, isShown);
  const maps = layers.find((call) => call.path === path)?.output;
  if (maps === undefined || maps.shape.length !== 4) return null;
  const score = output.select(1, target).sum();
  const [gradient] = autograd.grad(score, [maps], { allowUnused: true });
  if (!gradient) return null;
  const size = x.shape.slice(2) as [number, number];
  const [weights, map, large] = noGrad(() => {
    const alpha = gradient.mean([2, 3], { keepdim: true });
    const sum = maps.detach().mul(alpha).sum(1, { keepdim: true }).relu();
    return [alpha, sum, interpolate(sum, { size, mode: "bilinear", antialias: false })] as const;
  });
  const read = async (tensor: Tensor) => Float32Array.from(await tensor.data());
  const [rows = 0, columns = 0] = maps.shape.slice(2);
  const [a, b, c] = await Promise.all([read(weights), read(map), read(large)]);
  return { rows, columns, weights: a, map: b, pixels: c };
}
