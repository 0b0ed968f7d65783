/** Every key of the query cache, so that the stream can name exactly what an event made untrue. */
export const keys = {
  me: ["me"] as const,
  apiKeys: ["api-keys"] as const,
  accounts: ["accounts"] as const,
  account: (accountId: string) => ["account", accountId] as const,
  positions: (accountId: string) => ["account", accountId, "positions"] as const,
  orders: (accountId: string) => ["account", accountId, "orders"] as const,
  ordersOf: (accountId: string, status: string) => ["account", accountId, "orders", status] as const,
  fills: (accountId: string) => ["account", accountId, "fills"] as const,
  ledger: (accountId: string) => ["account", accountId, "ledger"] as const,
  equity: (accountId: string) => ["account", accountId, "equity"] as const,
  summary: (accountId: string) => ["account", accountId, "summary"] as const,
  tape: (tapeId: string) => ["tape", tapeId, "clock"] as const,
  instruments: (tapeId: string) => ["tape", tapeId, "instruments"] as const,
  quotes: (tapeId: string) => ["tape", tapeId, "quotes"] as const,
  bars: (tapeId: string) => ["tape", tapeId, "bars"] as const,
  barsOf: (tapeId: string, symbol: string, range: string) => ["tape", tapeId, "bars", symbol, range] as const,
};
