// Files that the bundler turns into modules.
declare module "*.css" {
  const none: undefined;
  export default none;
}

declare module "*.gz?url" {
  const address: string;
  export default address;
}
