// What tools and people look at: plain data about networks.
export * from "./formatSummary.ts";
export {
  type LayerReceptiveField,
  type ReceptiveField,
  receptiveField,
} from "./receptiveField.ts";
export * from "./summary.ts";
