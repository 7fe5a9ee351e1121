export const lavapipe: string;
export function installLavapipe(): void;
