// Loaded before the command: the GPU is lost some commands after the file `$LOSE_GPU_AFTER` is there.
import { existsSync } from "node:fs";
import { Gpu } from "../../src/backend/webgpu/device.ts";

const file = process.env.LOSE_GPU_AFTER ?? "";
const { check } = Gpu.prototype;
let later = 0;

Gpu.prototype.check = function (this: Gpu): void {
  if (existsSync(file) && ++later === 5) this.device.destroy();
  check.call(this);
};
