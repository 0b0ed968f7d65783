import { describe, expect, it } from "vitest";
import type { Bar, Instrument } from "../src/api/types";
import { mergeBars, watchedSymbols } from "../src/features/marketdata/queries";

const bar = (day: string, close: string): Bar => ({
  at: `2015-01-${day}T21:00:00Z`,
  open: null,
  high: null,
  low: null,
  close,
  volume: null,
});

describe("bars that arrive while the tape moves", () => {
  const known = [bar("05", "1"), bar("06", "2")];

  it("are added after the known ones, the shared one once", () => {
    expect(mergeBars(known, [bar("06", "2.5"), bar("07", "3")], null).map(({ close }) => close)).toEqual([
      "1",
      "2.5",
      "3",
    ]);
  });

  it("leave the known ones alone when there are none", () => {
    expect(mergeBars(known, [], null)).toEqual(known);
  });

  it("push the oldest out of a limited range", () => {
    expect(mergeBars(known, [bar("07", "3")], "2015-01-06T00:00:00Z").map(({ close }) => close)).toEqual(["2", "3"]);
  });
});

describe("watched symbols", () => {
  const instruments = Array.from({ length: 60 }, (_, place) => ({ symbol: `S${place}` }) as Instrument);

  it("are the first fifty and the chosen one", () => {
    expect(watchedSymbols(instruments, "S3")).toHaveLength(50);
    expect(watchedSymbols(instruments, "S55").at(-1)).toBe("S55");
    expect(watchedSymbols([], null)).toEqual([]);
  });
});
