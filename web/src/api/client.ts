/** A typed fetch. Authentication is the HTTP-only cookie, so no token is ever readable here. */
import { problemOf, unreachable } from "./problems";

type Query = Readonly<Record<string, string | number | null | undefined>>;

interface Request {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Query;
  readonly body?: object;
  readonly signal?: AbortSignal;
}

function addressOf(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) search.set(name, String(value));
  }
  const text = search.toString();
  return `${path.startsWith("/health/") ? "" : "/v1"}${path}${text ? `?${text}` : ""}`;
}

async function send<Answer>({ method, path, query, body, signal }: Request): Promise<Answer> {
  const init: RequestInit = { method, credentials: "same-origin", headers: { accept: "application/json" } };
  if (signal) init.signal = signal;
  if (body) {
    init.headers = { ...init.headers, "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  const response = await fetch(addressOf(path, query), init).catch((reason: unknown) => {
    if (signal?.aborted) throw reason;
    throw unreachable();
  });
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

/** Reads one resource. Throws ApiProblem. */
export function get<Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> {
  return send<Answer>({ method: "GET", path, query, ...(signal ? { signal } : {}) });
}

/** Posts a command. Throws ApiProblem. */
export function post<Answer>(path: string, body: object): Promise<Answer> {
  return send<Answer>({ method: "POST", path, body });
}

/** Changes what is given of a resource. Throws ApiProblem. */
export function patch<Answer>(path: string, body: object): Promise<Answer> {
  return send<Answer>({ method: "PATCH", path, body });
}

/** Deletes or cancels. Throws ApiProblem. */
export function remove<Answer = void>(path: string): Promise<Answer> {
  return send<Answer>({ method: "DELETE", path });
}
