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
export type ProblemBody = Schemas["Problem"];

/** One page of a list. */
export interface Page<Row> {
  items: Row[];
  next_cursor: string | null;
}
