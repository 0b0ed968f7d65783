/**
 * The one live connection. Frames patch or invalidate the query cache here and nowhere else.
 * Account events are acted on at once; what follows from a moving tape is throttled.
 */
import type { QueryClient } from "@tanstack/react-query";
import { keys } from "./keys";
import { Refreshing } from "./refreshing";
import { backoffMs, type Effect, onFrame, readFrame, START, startAt } from "./streamReducer";
import type { Tape } from "./types";

export type LinkState = "connecting" | "live" | "lost";

/** What the page shows about the connection. */
export interface LinkStatus {
  readonly state: LinkState;
  /** The last order event in words, for the live region. */
  readonly announcement: string;
}

/** What to listen to; `afterSeq` is where the account's REST answer was read. */
export interface Subscription {
  readonly accountId: string;
  readonly tapeId: string;
  readonly afterSeq: number;
}

const SILENCE_MS_MAX = 15_000;
const TAPE_REFRESH_MS = 250;
const HISTORY_REFRESH_MS = 1_000;
const JOBS_REFRESH_MS = 400;
/** Close codes: credentials nobody knows, and credentials that have ended. */
const SIGNED_OUT: readonly number[] = [4001, 4002];

/** A WebSocket that reconnects, resumes after the last seen sequence, and keeps the cache honest. */
export class Stream {
  private socket: WebSocket | null = null;
  private position = START;
  private subscription: Subscription | null = null;
  private status: LinkStatus = { state: "connecting", announcement: "" };
  private attempt = 0;
  private wasLive = false;
  private closed = false;
  private retryTimer: number | undefined;
  private silenceTimer: number | undefined;
  private readonly refreshing: Refreshing;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly cache: QueryClient,
    private readonly onSignedOut: () => void,
  ) {
    this.refreshing = new Refreshing(cache);
  }

  /** For useSyncExternalStore. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** For useSyncExternalStore: the same object until something changed. */
  readonly snapshot = (): LinkStatus => this.status;

  /** Opens the connection if there is none: it tells of jobs, also to who has no account. */
  open(): void {
    this.closed = false;
    if (!this.socket) this.connect();
  }

  /** Opens the connection if there is none and listens to this account and tape only. */
  follow(next: Subscription): void {
    this.position = startAt(this.position, next.accountId, next.afterSeq);
    const previous = this.subscription;
    this.subscription = next;
    if (!this.socket) this.open();
    else if (this.socket.readyState === WebSocket.OPEN) {
      if (previous) this.tell("unsubscribe", previous);
      this.tell("subscribe", next);
    }
  }

  /** Ends the connection for good. */
  close(): void {
    this.closed = true;
    window.clearTimeout(this.retryTimer);
    window.clearTimeout(this.silenceTimer);
    this.refreshing.stop();
    const socket = this.socket;
    this.socket = null;
    this.subscription = null;
    socket?.close();
  }

  private connect(): void {
    const scheme = window.location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${window.location.host}/v1/stream`);
    this.socket = socket;
    socket.onopen = () => this.onOpen();
    socket.onmessage = (message) => this.onText(String(message.data));
    socket.onclose = (event) => this.onClose(socket, event.code);
  }

  private onOpen(): void {
    this.expectSound();
    if (this.subscription) this.tell("subscribe", this.subscription);
    this.socket?.send(JSON.stringify({ do: "subscribe", topic: "jobs" }));
    this.show({ state: "live" });
    // Tape frames are not numbered: after a break everything on screen is read again once.
    if (this.wasLive) this.refreshing.now([]);
    this.wasLive = true;
  }

  private onClose(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    this.socket = null;
    window.clearTimeout(this.silenceTimer);
    if (this.closed) return;
    if (SIGNED_OUT.includes(code)) {
      this.onSignedOut();
      return;
    }
    this.show({ state: "lost" });
    this.retryTimer = window.setTimeout(() => this.connect(), backoffMs(this.attempt, Math.random()));
    this.attempt += 1;
  }

  private onText(text: string): void {
    // Only an answer proves the link: a server that accepts and drops must still be backed off from.
    this.attempt = 0;
    this.expectSound();
    const frame = readFrame(text);
    if (!frame) return;
    const [position, effects] = onFrame(this.position, frame);
    this.position = position;
    for (const effect of effects) this.apply(effect);
  }

  private apply(effect: Effect): void {
    if (effect.kind === "invalidate") this.refreshing.now(effect.key);
    else if (effect.kind === "announce") this.show({ announcement: effect.sentence });
    else if (effect.kind === "jobs_moved") this.moveJobs();
    else this.moveTape(effect.tape);
  }

  private moveJobs(): void {
    this.refreshing.soon(keys.runs, JOBS_REFRESH_MS);
    this.refreshing.soon(keys.jobs, JOBS_REFRESH_MS);
  }

  private moveTape(tape: Tape): void {
    const previous = this.cache.getQueryData<Tape>(keys.tape(tape.id));
    this.cache.setQueryData(keys.tape(tape.id), tape);
    if (previous && previous.at === tape.at && previous.cursor === tape.cursor) return;
    this.refreshing.soon(keys.quotes(tape.id), TAPE_REFRESH_MS);
    this.refreshing.soon(keys.bars(tape.id), TAPE_REFRESH_MS);
    const accountId = this.subscription?.accountId;
    if (!accountId) return;
    this.refreshing.soon(keys.summary(accountId), TAPE_REFRESH_MS);
    this.refreshing.soon(keys.positions(accountId), TAPE_REFRESH_MS);
    this.refreshing.soon(keys.equity(accountId), HISTORY_REFRESH_MS);
  }

  private tell(what: "subscribe" | "unsubscribe", { accountId, tapeId }: Subscription): void {
    const after = this.position.seen[accountId] ?? null;
    const account = { do: what, topic: "account", id: accountId };
    this.socket?.send(JSON.stringify(what === "subscribe" ? { ...account, after } : account));
    this.socket?.send(JSON.stringify({ do: what, topic: "tape", id: tapeId }));
  }

  private expectSound(): void {
    window.clearTimeout(this.silenceTimer);
    this.silenceTimer = window.setTimeout(() => this.socket?.close(), SILENCE_MS_MAX);
  }

  private show(change: Partial<LinkStatus>): void {
    this.status = { ...this.status, ...change };
    for (const listener of this.listeners) listener();
  }
}
