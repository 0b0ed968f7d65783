/** Lists of runs and runs beside each other come as one piece. */
export { Backtests } from "./Backtests";
export { Compare } from "./Compare";
