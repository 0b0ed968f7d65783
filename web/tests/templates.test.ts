import { describe, expect, it } from "vitest";
import { type Template, templatesOf, withTemplate } from "../src/features/broker/templates";
import { NEW_TICKET } from "../src/features/broker/ticket";

const BREAKFAST: Template = { name: "Breakfast", symbol: "ACME", ticket: { ...NEW_TICKET, quantity: "7" } };

describe("templates", () => {
  it("come back as they were kept", () => {
    expect(templatesOf(JSON.stringify([BREAKFAST]))).toEqual([BREAKFAST]);
  });

  it("leave out what is no template, and what a ticket does not have", () => {
    const kept = [null, 1, { name: "x" }, { ...BREAKFAST, ticket: { quantity: "7", colour: "red", side: 3 } }];
    expect(templatesOf(JSON.stringify(kept))).toEqual([BREAKFAST]);
    for (const text of [null, "", "{", "3", "{}"]) expect(templatesOf(text)).toEqual([]);
  });

  it("replace one of the same name", () => {
    const later = { ...BREAKFAST, symbol: "BOLT" };
    expect(withTemplate([BREAKFAST], later)).toEqual([later]);
  });
});
