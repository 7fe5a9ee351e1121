// The strategies of all machines.
import type { StrategySets } from "../planner.ts";
import { element, group } from "./elements.ts";
import { thread } from "./threads.ts";

export const sets: StrategySets = { thread, element, group };
