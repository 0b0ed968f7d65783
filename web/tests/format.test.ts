import { describe, expect, it } from "vitest";
import {
  axisPrice,
  figure,
  MISSING,
  money,
  moveBetween,
  percent,
  preferNumbers,
  price,
  quantity,
  signedMoney,
  signedPercent,
  speed,
} from "../src/lib/format";
import { clock, dateTime, exchangeDay, exchangeInstant, monthsBefore, shortDateTime } from "../src/lib/time";

describe("format", () => {
  it("groups money at two places with a true minus", () => {
    expect(money("104854.8")).toBe("104,854.80");
    expect(money("-1234567.005")).toBe("−1,234,567.00");
    expect(money("-0.001")).toBe("0.00");
  });

  it("shows numbers as their reader prefers", () => {
    const shown = (["1.234,5", "1 234,5", "1'234.5", "1234.5", "1,234.5"] as const).map((format) => {
      preferNumbers(format);
      return money("-104854.8");
    });
    expect(shown).toEqual(["−104.854,80", "−104\u202f854,80", "−104'854.80", "−104854.80", "−104,854.80"]);
  });

  it("signs profit and loss, but not nothing", () => {
    expect(signedMoney("12.4")).toBe("+12.40");
    expect(signedMoney("-3")).toBe("−3.00");
    expect(signedMoney("0.001")).toBe("0.00");
  });

  it("shows what is missing as a dash, never as zero", () => {
    expect([money(null), price(undefined), quantity("NaN"), signedPercent(null)]).toEqual(Array(4).fill(MISSING));
  });

  it("shows prices with the places they have, from two to four", () => {
    expect([price("7"), price("7.125"), price("7.123456"), price("7.5", 3)]).toEqual([
      "7.00",
      "7.125",
      "7.1235",
      "7.500",
    ]);
    expect(axisPrice(104854.8)).toBe("104,854.80");
  });

  it("trims quantities", () => {
    expect([quantity("1200.000"), quantity("0.50")]).toEqual(["1,200", "0.5"]);
  });

  it("measures a move exactly", () => {
    expect(moveBetween("100.00", "101.25")).toEqual({ difference: "1.25", rate: "0.012500", direction: 1 });
    expect(moveBetween("0", "1")).toBeNull();
    expect(moveBetween(null, "1")).toBeNull();
    expect([signedPercent("0.0125"), signedPercent("-0.5")]).toEqual(["+1.25%", "−50.00%"]);
  });

  it("says speeds in words", () => {
    expect([speed("86400"), speed("86400.00"), speed("7")]).toEqual(["1 day/s", "1 day/s", "7×"]);
  });
});

describe("time", () => {
  it("shows exchange time with the abbreviation in force", () => {
    expect(dateTime("2015-01-05T21:00:00Z")).toBe("5 Jan 2015, 16:00 EST");
    expect(dateTime("2015-07-06T20:00:00Z")).toBe("6 Jul 2015, 16:00 EDT");
    expect(shortDateTime("2015-01-05T14:30:00Z")).toBe("Mon 5 Jan, 09:30 EST");
    expect(clock("2015-01-05T14:30:07Z")).toBe("09:30:07");
    expect(dateTime(null)).toBe("—");
  });

  it("turns exchange days into instants and back, across daylight saving", () => {
    expect(exchangeInstant("2015-01-05", "16:00")).toBe("2015-01-05T21:00:00Z");
    expect(exchangeInstant("2015-07-06", "16:00")).toBe("2015-07-06T20:00:00Z");
    expect(exchangeInstant("2015-03-08", "09:30")).toBe("2015-03-08T13:30:00Z");
    expect(exchangeDay("2015-01-06T02:00:00Z")).toBe("2015-01-05");
  });

  it("steps months back onto a day that exists", () => {
    expect(monthsBefore("2015-03-31T20:00:00Z", 1)).toBe("2015-02-28T00:00:00Z");
    expect(monthsBefore("2015-01-05T21:00:00Z", 12)).toBe("2014-01-05T00:00:00Z");
  });

  it("writes derived figures, which are floats, and what is missing as missing", () => {
    expect([figure(1.136), figure(-0.5, 1), figure(114, 0), figure(null), figure(Number.NaN)]).toEqual([
      "1.14",
      "−0.5",
      "114",
      "—",
      "—",
    ]);
    expect([percent(0.7931), percent(-0.13898, 1), percent(0.02, 0, true), percent(undefined)]).toEqual([
      "79.31%",
      "−13.9%",
      "+2%",
      "—",
    ]);
  });
});
