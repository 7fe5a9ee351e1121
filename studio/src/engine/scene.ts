// Sizes that both the page and its engine know.

/** The scene in which someone is looked for, in pixels. */
export const sceneSize = { width: 48, height: 32 };
/** The one who is looked for. */
export const targetSize = { width: 8, height: 9 };
