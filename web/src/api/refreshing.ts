/** Asks the server again for what has become untrue in the query cache, at once or throttled, and never loses a change. */
import type { QueryClient } from "@tanstack/react-query";

type Key = readonly string[];

const AFTER_FIRST_MS = 100;

export class Refreshing {
  private readonly pending = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly cache: QueryClient) {}

  /**
   * Invalidates at once. The cache does not ask again while a first answer is under way, and then takes that answer
   * for fresh although it may be older than the change: so who waits for a first answer is asked once more after it.
   */
  now(key: Key): void {
    const first = this.cache.getQueryCache().findAll({ queryKey: key, fetchStatus: "fetching" });
    for (const query of first) {
      if (query.state.data === undefined) this.soon(query.queryKey as Key, AFTER_FIRST_MS);
    }
    void this.cache.invalidateQueries({ queryKey: key });
  }

  /** Invalidates at most once per interval; a slow answer is waited for, not asked again. */
  soon(key: Key, intervalMs: number): void {
    const name = key.join("/");
    if (this.pending.has(name)) return;
    const timer = setTimeout(() => {
      this.pending.delete(name);
      if (this.cache.isFetching({ queryKey: key }) > 0) this.soon(key, intervalMs);
      else void this.cache.invalidateQueries({ queryKey: key });
    }, intervalMs);
    this.pending.set(name, timer);
  }

  /** Forgets what is still to be asked. */
  stop(): void {
    for (const timer of this.pending.values()) clearTimeout(timer);
    this.pending.clear();
  }
}
