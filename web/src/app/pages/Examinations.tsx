/** The pages of studies come as one piece: who opens the list soon opens one of it. */
export { Studies } from "./Studies";
export { Study } from "./Study";
