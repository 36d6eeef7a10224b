export declare const RELIABLE: "json.reliable.webpubsub.azure.v1";
export declare const PLAIN: "json.webpubsub.azure.v1";

export type DataType = "json" | "text" | "binary" | "protobuf";

export type State =
  | { readonly name: "connecting" | "recovering"; readonly tries: number }
  | { readonly name: "connected"; readonly connectionId: string; readonly reliable: boolean; readonly transport: "websocket" | "long-poll" }
  /** `retryAt`: milliseconds since the epoch; null while the page is hidden or offline. */
  | { readonly name: "waiting"; readonly tries: number; readonly retryAt: number | null; readonly cause: string }
  | { readonly name: "stopped"; readonly reason: StopReason; readonly message: string };

export type StopReason = "not-started" | "application" | "unreachable" | "unauthorized" | "forbidden" | "policy" | "too-big";

export interface Message {
  readonly from: "group" | "server";
  readonly group?: string;
  readonly fromUserId?: string;
  readonly dataType: DataType;
  readonly data: unknown;
  readonly sequenceId?: number;
}

export interface Events {
  state: State;
  message: Message;
  /** The server no longer has the messages `from` to `to` of this group. */
  resync: { readonly group: string; readonly from: number; readonly to: number };
  /** A new session took the old one's place: what was sent to the groups in between is lost. */
  reset: { readonly connectionId: string } | { readonly refused: LongwireError };
}

export interface Options {
  /** Asked before each try, so that each has a fresh token. Throws `Unauthorized` to end. */
  url: string | URL | ((attempt: { recovering: boolean }) => string | URL | Promise<string | URL>);
  /** Where the backend's HTTP API is, with the token: for networks that stop WebSockets. Without it there is no fallback. */
  httpUrl?: string | URL | ((attempt: { recovering: boolean }) => string | URL | Promise<string | URL>);
  /** Failed handshakes, one after the other, before HTTP is tried. */
  fallbackAfter?: number;
  /** How often a WebSocket is tried again while HTTP serves. */
  upgradeAfterMs?: number;
  /** How long the server may hold a poll. */
  pollSeconds?: number;
  firstDelayMs?: number;
  longestDelayMs?: number;
  /** "full": random between 0 and the delay. "small": the delay and up to 500 ms. */
  jitter?: "full" | "small";
  maxTries?: number;
  stableAfterMs?: number;
  connectTimeoutMs?: number;
  /** 0: no pings. */
  pingIntervalMs?: number;
  pongTimeoutMs?: number;
  sequenceAckIntervalMs?: number;
  sequenceAckWindow?: number;
  ackTimeoutMs?: number;
  maxSends?: number;
  /** Acknowledged frames sent at the same time. More than 1 is faster, and their order is lost. */
  inFlight?: number;
  queueLimit?: number;
  maxMessageBytes?: number;
  fetch?: typeof globalThis.fetch;
  WebSocket?: new (url: string, protocols: string[]) => WebSocket;
  time?: { setTimeout: (work: () => void, ms: number) => unknown; clearTimeout: (id: never) => void; Date?: { now(): number } };
  random?: () => number;
  page?: EventTarget & { navigator?: { onLine: boolean } };
}

/** `name` is "Stopped", "QueueFull", "TooBig", "Unacknowledged", or what the server says: "Forbidden", "BadRequest", ... */
export declare class LongwireError extends Error {
  constructor(name: string, message: string);
}
export declare class Unauthorized extends LongwireError {
  constructor(message?: string);
}

export declare class LongwireClient {
  constructor(options: Options);
  readonly state: State;
  readonly queued: number;
  readonly connectionId: string | null;
  on: <K extends keyof Events>(kind: K, listener: (value: Events[K]) => void) => () => void;
  subscribe: (listener: (state: State) => void) => () => void;
  getState: () => State;
  start(): void;
  stop(): void;
  join(group: string): Promise<void>;
  leave(group: string): Promise<void>;
  publish(group: string, data: unknown, options?: { dataType?: DataType; noEcho?: boolean }): Promise<void>;
  publishVolatile(group: string, data: unknown, options?: { dataType?: DataType; noEcho?: boolean }): boolean;
  event(event: string, data: unknown, options?: { dataType?: DataType }): Promise<void>;
}
