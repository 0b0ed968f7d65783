/** Lists as files: the same answers as lines, page after page. */
import { problemOf, unreachable } from "../../api/problems";

const PAGE = 500;

/** The address of the next page out of a Link header, or null. */
export function nextOf(link: string | null): string | null {
  return link?.match(/<([^>]+)>;\s*rel="next"/)?.[1] ?? null;
}

async function linesOf(path: string): Promise<string> {
  let text = "";
  let next: string | null = `/v1${path}${path.includes("?") ? "&" : "?"}limit=${PAGE}`;
  while (next !== null) {
    const response: Response = await fetch(next, { credentials: "same-origin", headers: { accept: "text/csv" } }).catch(
      () => {
        throw unreachable();
      },
    );
    if (!response.ok) throw await problemOf(response);
    const page = await response.text();
    text += text === "" ? page : page.slice(page.indexOf("\n") + 1);
    next = nextOf(response.headers.get("link"));
  }
  return text;
}

/** Hands a text to the browser as a file. */
export function save(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** Downloads a whole list as CSV. Throws ApiProblem. */
export async function downloadLines(path: string, name: string): Promise<void> {
  save(name, await linesOf(path), "text/csv");
}
