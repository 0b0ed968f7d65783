/** Orders kept to be written again: a list for each account, in this browser. */
import { useState } from "react";
import { NEW_TICKET, type Ticket } from "./ticket";

export interface Template {
  readonly name: string;
  readonly symbol: string;
  readonly ticket: Ticket;
}

const keyOf = (accountId: string) => `paperdesk.templates.${accountId}`;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** What was kept as a ticket; whatever a ticket does not have, or no longer, is left out. */
function ticketOf(kept: Record<string, unknown>): Ticket {
  const known = Object.keys(NEW_TICKET).filter((field) => typeof kept[field] === "string");
  return { ...NEW_TICKET, ...Object.fromEntries(known.map((field) => [field, kept[field]])) };
}

/** Reads templates from what a browser kept; what is none is left out. */
export function templatesOf(text: string | null): Template[] {
  let kept: unknown;
  try {
    kept = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  if (!Array.isArray(kept)) return [];
  return kept.flatMap((each: unknown) =>
    isRecord(each) && typeof each.name === "string" && typeof each.symbol === "string" && isRecord(each.ticket)
      ? [{ name: each.name, symbol: each.symbol, ticket: ticketOf(each.ticket) }]
      : [],
  );
}

/** The list with a template in it, in the place of one with the same name. */
export function withTemplate(templates: readonly Template[], template: Template): Template[] {
  return [...templates.filter(({ name }) => name !== template.name), template];
}

function read(accountId: string): Template[] {
  try {
    return templatesOf(localStorage.getItem(keyOf(accountId)));
  } catch {
    return [];
  }
}

/** The templates of an account, and a way to change them. */
export function useTemplates(accountId: string) {
  const [templates, setTemplates] = useState(() => read(accountId));
  const change = (next: Template[]) => {
    setTemplates(next);
    try {
      localStorage.setItem(keyOf(accountId), JSON.stringify(next));
    } catch {
      // Without storage they last as long as the page.
    }
  };
  return { templates, change };
}
