/** Short names for the schema's shapes. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type Scope = Schemas["Scope"];
export type Login = Schemas["Login"];
export type ApiKey = Schemas["ApiKey"];
export type CreatedApiKey = Schemas["CreatedApiKey"];
export type Account = Schemas["Account"];
export type Position = Schemas["Position"];
export type LedgerEntry = Schemas["LedgerEntry"];
export type Fill = Schemas["Fill"];
export type EquityPoint = Schemas["EquityPoint"];
export type Side = Schemas["Side"];
export type OrderType = Schemas["OrderType"];
export type TimeInForce = Schemas["TimeInForce"];
export type OrderStatus = Schemas["OrderStatus"];
export type PlaceOrder = Schemas["PlaceOrder"];
export type Order = Schemas["Order"];
export type Instrument = Schemas["Instrument"];
export type Bar = Schemas["Bar"];
export type Bars = Schemas["Bars"];
export type Quote = Schemas["Quote"];
export type Tape = Schemas["Tape"];
export type TapeControl = Schemas["TapeControl"];
export type ProblemBody = Schemas["Problem"];

/** One page of a list. */
export interface Page<Row> {
  items: Row[];
  next_cursor: string | null;
}
