// ONNX Runtime as a contender: networks and single ops forward (it does not train). Models are made here.
import { Unsupported } from "../contender.ts";
import { networkModel, opModel } from "./onnxModel.mjs";

/** `ort` is the module of onnxruntime-node or onnxruntime-web; `options` are those of its sessions. */
export function onnxContender(ort, version, threads, options) {
  return {
    version,
    threads,
    async prepare(work, tensors) {
      if (work.kind === "train") throw new Unsupported("it does not train");
      if (work.kind === "op" && work.part !== "forward")
        throw new Unsupported("it has no gradients");
      if (work.kind === "op" && work.op === "batchNorm2d")
        throw new Unsupported("it has no batch statistics");
      const model = work.kind === "infer" ? networkModel(work, tensors) : opModel(work, tensors);
      const session = await ort.InferenceSession.create(model, options);
      const { shape } = work.tensors.find(({ name }) => name === "x");
      const x = new ort.Tensor("float32", tensors.get("x"), shape);
      const [output] = session.outputNames;
      return {
        outputs: async () => (await session.run({ x }))[output].data,
        async run(calls) {
          for (let i = 0; i < calls; i++) await session.run({ x });
        },
        dispose: () => void session.release(),
      };
    },
  };
}
