// Layers, their starting values, and the functions behind them.
export * from "./avgPool2d.ts";
export type { Padding2d, Size2d } from "./checks.ts";
export * from "./conv2d.ts";
export * from "./flatten.ts";
export * as functional from "./functional.ts";
export * from "./identity.ts";
export * as init from "./init.ts";
export * from "./linear.ts";
export * from "./maxPool2d.ts";
export { Module } from "./module.ts";
export * from "./relu.ts";
export { type ForwardCall, type ForwardHook, withForwardHook } from "./running.ts";
export * from "./sequential.ts";
export * from "./sigmoid.ts";
export * from "./tanh.ts";
