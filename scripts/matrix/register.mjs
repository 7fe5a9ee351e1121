// `node --import register.mjs`: lets a Node that cannot read this repository's TypeScript read it as
// compiled. Plain JavaScript: it runs before that. Node.js passes it on to worker threads.
import { register } from "node:module";

register("./hooks.mjs", import.meta.url);
