/** The pages of searches come as one piece: who opens a list soon opens one of it. */
export { Sweep } from "./Sweep";
export { Sweeps } from "./Sweeps";
export { WalkForward } from "./WalkForward";
