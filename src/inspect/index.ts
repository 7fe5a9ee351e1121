// What tools and people look at: plain data about networks.
export * from "./formatMemoryUse.ts";
export * from "./formatProfile.ts";
export * from "./formatSummary.ts";
export * from "./memoryUse.ts";
export * from "./profile.ts";
export {
  type LayerReceptiveField,
  type ReceptiveField,
  receptiveField,
} from "./receptiveField.ts";
export * from "./summary.ts";
