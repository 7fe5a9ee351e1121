// Pictures of one shape as pictures of another. The command line does it by the same function: a network is tested on the
// same bytes there as here.
import { data } from "../../../../src/index.ts";
import type { InputShape } from "../run/types.ts";

export async function adapted(from: data.ImageDataset, to: InputShape): Promise<data.ImageDataset> {
  return data.toImageShape(from, to);
}
