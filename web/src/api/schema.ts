/**
 * The shapes of the REST interface, laid out as a generator lays them out (`components["schemas"]`),
 * so that a generated file can take this one's place without touching anything else.
 */
export interface components {
  schemas: {
    User: { id: string; email: string; name: string };
    Me: {
      user: components["schemas"]["User"];
      tenant: { id: string; name: string };
      scopes: components["schemas"]["Scope"][];
      key_id: string | null;
    };
    Scope: "read" | "trade" | "admin";
    Login: { access_token: string; expires_at: string; user: components["schemas"]["User"] };
    ApiKey: {
      id: string;
      key_id: string;
      name: string;
      scopes: components["schemas"]["Scope"][];
      expires_at: string | null;
      created_at: string;
      last_used_at?: string | null;
    };
    CreatedApiKey: components["schemas"]["ApiKey"] & { secret: string };
    Account: {
      id: string;
      number: string;
      name: string;
      currency: string;
      tape_id: string;
      at: string;
      cash: string;
      held_cash: string;
      buying_power: string;
      market_value: string | null;
      equity: string | null;
      equity_reason: string | null;
      last_seq: number;
      created_at: string;
      status: string;
    };
    Position: {
      instrument_id: string;
      symbol: string;
      quantity: string;
      reserved: string;
      cost_basis: string;
      average_price: string | null;
      mark: string | null;
      mark_source: string | null;
      market_value: string | null;
      unrealised_pl: string | null;
      reason: string | null;
    };
    Posting: {
      ledger: "cash" | "securities" | "fees" | "capital" | "realised";
      currency: string;
      instrument_id: string | null;
      amount: string;
      quantity: string | null;
    };
    LedgerEntry: {
      id: string;
      seq: number;
      at: string;
      recorded_at: string;
      kind: "fill" | "transfer" | "fee";
      description: string;
      postings: components["schemas"]["Posting"][];
      cash_change: string;
      cash_after: string;
    };
    Fill: {
      id: string;
      order_id: string;
      symbol: string;
      side: components["schemas"]["Side"];
      quantity: string;
      price: string;
      fee: string;
      at: string;
      fact_seq: number;
      reason: string | null;
    };
    EquityPoint: { at: string; equity: string; cash: string };
    Side: "buy" | "sell";
    OrderType: "market" | "limit";
    TimeInForce: "day" | "gtc" | "ioc" | "fok";
    OrderStatus: "accepted" | "partially_filled" | "filled" | "cancelled" | "expired" | "rejected";
    PlaceOrder: {
      account_id: string;
      symbol: string;
      side: components["schemas"]["Side"];
      type: components["schemas"]["OrderType"];
      quantity: string;
      limit_price?: string;
      time_in_force: components["schemas"]["TimeInForce"];
      client_order_id: string;
    };
    Order: {
      id: string;
      account_id: string;
      client_order_id: string;
      instrument_id: string;
      symbol: string;
      side: components["schemas"]["Side"];
      type: components["schemas"]["OrderType"];
      quantity: string;
      limit_price: string | null;
      time_in_force: components["schemas"]["TimeInForce"];
      status: components["schemas"]["OrderStatus"];
      filled_quantity: string;
      average_fill_price: string | null;
      fees: string;
      accepted_at: string;
      updated_at: string;
      expires_at: string | null;
      closed_reason: string | null;
      waits_for: "next_open" | null;
      warnings: string[];
      seq: number;
    };
    Instrument: {
      id: string;
      symbol: string;
      name: string;
      kind: "equity" | "etf" | "index" | "fund" | "option" | "crypto";
      currency: string;
      tick: string;
      lot_step: string;
      tradable: boolean;
      first_on: string | null;
      last_on: string | null;
    };
    Bar: {
      at: string;
      open: string | null;
      high: string | null;
      low: string | null;
      close: string;
      volume: string | null;
    };
    Bars: {
      symbol: string;
      interval: string;
      price_basis: components["schemas"]["PriceBasis"];
      items: components["schemas"]["Bar"][];
      reason: string | null;
    };
    Quote: {
      symbol: string;
      instrument_id: string;
      at: string | null;
      bid: string | null;
      ask: string | null;
      bid_size: string | null;
      ask_size: string | null;
      last: string | null;
      last_at: string | null;
      /** Close of the session before the one `last` belongs to; absent from servers that do not tell. */
      previous_close?: string | null;
      derived_from: "bar" | null;
      reason: string | null;
    };
    PriceBasis: "raw" | "split" | "total_return";
    Tape: {
      id: string;
      name: string;
      kind: "recorded" | "synthetic";
      source: string | null;
      licence: string | null;
      provenance: string | null;
      price_basis: components["schemas"]["PriceBasis"];
      fields: string[];
      has_volume: boolean;
      survivorship: string | null;
      warnings: string[];
      label: string | null;
      shared: boolean;
      at: string;
      cursor: number;
      target: string | null;
      state: "paused" | "playing";
      speed: string;
      starts_at: string;
      session_open: boolean;
      next_open_at: string | null;
      next_close_at: string | null;
      can_control: boolean;
      ended?: boolean;
      /** False in a 202 answer: the tape was still moving when the server stopped waiting. */
      reached?: boolean;
    };
    TapeControl: {
      action: "play" | "pause" | "step" | "jump" | "speed";
      unit?: "fact" | "bar" | "session";
      count?: number;
      to?: string;
      speed?: string;
    };
    Problem: {
      type: string;
      title: string;
      status: number;
      code: string;
      detail: string;
      request_id: string;
    };
  };
}
