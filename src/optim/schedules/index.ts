// Schedules of the learning rate.
export * from "./chainedScheduler.ts";
export * from "./constantLR.ts";
export * from "./cosineAnnealingLR.ts";
export * from "./cosineAnnealingWarmRestarts.ts";
export * from "./exponentialLR.ts";
export * from "./lambdaLR.ts";
export * from "./linearLR.ts";
export { LRScheduler, type LRSchedulerState } from "./lrScheduler.ts";
export * from "./multiplicativeLR.ts";
export * from "./multiStepLR.ts";
export * from "./oneCycleLR.ts";
export * from "./polynomialLR.ts";
export * from "./reduceLROnPlateau.ts";
export * from "./sequentialLR.ts";
export * from "./stepLR.ts";
