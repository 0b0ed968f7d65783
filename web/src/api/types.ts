/** Short names for the schema's shapes. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Me = Schemas["MeView"];
export type Scope = Schemas["Scope"];
export type Login = Schemas["LoginView"];
export type Preferences = Schemas["PreferencesView"];
export type NumberFormat = Schemas["NumberFormat"];
export type SingleSignOn = Schemas["SingleSignOnView"];
export type SecondFactor = Schemas["SecondFactorView"];
export type Enrolment = Schemas["EnrolmentView"];
export type RecoveryCodes = Schemas["RecoveryCodesView"];
export type Approval = Schemas["ApprovalOut"];
export type ApiKey = Schemas["KeyView"];
export type CreatedApiKey = Schemas["IssuedKeyView"];
export type Account = Schemas["AccountOut"];
export type Position = Schemas["PositionOut"];
export type LedgerEntry = Schemas["EntryOut"];
export type Fill = Schemas["FillOut"];
export type Explanation = Schemas["ExplanationOut"];
export type EquityPoint = Schemas["EquityPointOut"];
export type Side = Schemas["Side"];
export type OrderType = Schemas["OrderType"];
export type TimeInForce = Schemas["TimeInForce"];
export type OrderStatus = Schemas["OrderStatus"];
export type PlaceOrder = Schemas["PlaceOrderBody"];
export type Order = Schemas["OrderOut"];
export type OrderState = Schemas["OrderStateOut"];
export type Outcome = Schemas["OutcomeOut"];
export type Instrument = Schemas["InstrumentOut"];
export type Bar = Schemas["BarOut"];
export type Bars = Schemas["BarsOut"];
export type Quote = Schemas["QuoteOut"];
export type Facts = Schemas["FactsOut"];
export type ChainLine = Schemas["ChainLineOut"];
export type Tape = Schemas["TapeOut"];
export type TapeControl = Schemas["ControlTapeBody"];
export type OpenAccount = Schemas["OpenAccountBody"];
export type Ready = Schemas["ReadyOut"];
export type Job = Schemas["JobOut"];
export type Strategy = Schemas["ShippedStrategyOut"];
export type StrategyParameter = Schemas["ParameterOut"];
export type StrategyTemplate = Schemas["StrategyTemplateOut"];
export type SavedStrategy = Schemas["SavedStrategyOut"];
export type SaveStrategy = Schemas["SavedStrategyBody"];
export type ChangeStrategy = Schemas["SavedStrategyChangeBody"];
export type StrategyVersion = Schemas["StrategyVersionOut"];
export type StrategyPerformance = Schemas["StrategyPerformanceOut"];
export type Performed = Schemas["PerformedOut"];
export type RunMode = Schemas["RunMode"];
export type Backtest = Schemas["BacktestOut"];
export type AskBacktest = Partial<Schemas["BacktestBody"]> &
  Pick<Schemas["BacktestBody"], "name" | "tape_id" | "strategy" | "symbols">;
export type BacktestResults = Schemas["BacktestResultsOut"];
export type Selection = Schemas["SelectionOut"];
export type RunPoint = Schemas["RunPointOut"];
export type RunOrder = Schemas["RunOrderOut"];
export type RoundTrip = Schemas["RoundTripOut"];
export type RunPeriod = Schemas["RunPeriodOut"];
export type MonteCarlo = Schemas["MonteCarloOut"];
export type DrawnFigure = Schemas["DrawnFigureOut"];
export type Sweep = Schemas["SweepOut"];
export type AskSweep = AskBacktest & Partial<Schemas["SweepBody"]> & Pick<Schemas["SweepBody"], "ranges">;
export type AskWalk = AskSweep &
  Partial<Schemas["WalkForwardBody"]> &
  Pick<Schemas["WalkForwardBody"], "choose_on" | "trade_on">;
export type Search = Schemas["Search"];
export type Objective = Schemas["Objective"];
export type Walk = Schemas["Walk"];
export type WalkPoint = Schemas["WalkPointOut"];
export type SweepResults = Schemas["SweepResultsOut"];
export type Trial = Schemas["TrialOut"];
export type HeatMap = Schemas["HeatMapOut"];
export type WalkForward = Schemas["WalkForwardOut"];
export type WalkForwardResults = Schemas["WalkForwardResultsOut"];
export type Fold = Schemas["FoldOut"];
export type Study = Schemas["StudyOut"];
export type StudyKind = Schemas["StudyKind"];
export type StudyResults = Schemas["StudyResultsOut"];
export type CrossValidation = Schemas["CrossValidationOut"];
export type Split = Schemas["SplitOut"];
export type PastPath = Schemas["PathOut"];
export type Leaks = Schemas["LeaksOut"];
export type Leak = Schemas["LeakOut"];
export type Shifted = Schemas["ShiftedOut"];
export type Jitter = Schemas["JitterOut"];
export type ShakenRun = Schemas["ShakenRunOut"];
export type AgainstPaper = Schemas["AgainstPaperOut"];
export type ComparedOrder = Schemas["ComparedOrderOut"];
export type OrderPair = Schemas["OrderPairOut"];
export type MissingOrder = Schemas["MissingOrderOut"];
/** A question, and beside it how it is studied. */
export type AskStudy = AskBacktest & Partial<AskSweep> & Readonly<Record<string, unknown>>;
export type ProblemBody = Schemas["Problem"];

/** One page of a list. */
export interface Page<Row> {
  items: Row[];
  next_cursor: string | null;
}
