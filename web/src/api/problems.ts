import type { ProblemBody } from "./types";

/** What the server refused, or why it could not be reached. Every failed call throws this. */
export class ApiProblem extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  /** What stands beside the sentence, by the code's own names. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    requestId: string | null,
    facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.name = "ApiProblem";
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.facts = facts;
  }

  /** True when asking again may succeed without changing the request. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

function isProblemBody(body: unknown): body is ProblemBody {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}

/** The problem an unsuccessful response carries. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const requestId = response.headers.get("x-request-id");
  if (isProblemBody(body))
    return new ApiProblem(response.status, body.code, body.detail, body.request_id ?? requestId, { ...body });
  const sentence = `The server answered ${response.status} without saying why.`;
  return new ApiProblem(response.status, "unexplained_response", sentence, requestId);
}

/** The problem for a request that never got an answer. */
export function unreachable(): ApiProblem {
  return new ApiProblem(0, "server_unreachable", "The server did not answer. Check that Paperdesk is running.", null);
}
