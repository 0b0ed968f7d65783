import { describe, expect, it } from "vitest";
import { binsOf, extentOf, logTicksOf, nearestIn, pathOf, scaleOf, ticksOf, timeTicksOf } from "../src/ui/plots/scale";

describe("scales of drawings", () => {
  it("find the extent of what is known, and none of nothing", () => {
    expect(extentOf([3, null, -1, Number.NaN])).toEqual([-1, 3]);
    expect(extentOf([null])).toBeNull();
  });

  it("place values in a straight line, or by their logarithm", () => {
    expect(scaleOf([0, 10], [100, 0])(5)).toBe(50);
    expect(scaleOf([1, 100], [0, 200], true)(10)).toBeCloseTo(100);
    expect(scaleOf([5, 5], [0, 10])(5)).toBe(0);
  });

  it("have round numbers as ticks, zero among them exactly", () => {
    expect(ticksOf([-0.13, 0.21], 4)).toEqual([-0.1, 0, 0.1, 0.2]);
    expect(ticksOf([100_000, 385_175], 4)).toEqual([100_000, 200_000, 300_000]);
    expect(ticksOf([7, 7])).toEqual([7]);
  });

  it("have one, two and five of each power of ten as ticks of a wide logarithm", () => {
    expect(logTicksOf([90, 1_200])).toEqual([100, 200, 500, 1_000]);
    expect(logTicksOf([100, 200], 4)).toEqual([100, 125, 150, 175, 200]);
  });

  it("name years, months or days by how long the time is", () => {
    const years = timeTicksOf(Date.UTC(2015, 0, 2), Date.UTC(2020, 0, 3), 6);
    expect(years.map((tick) => tick.text)).toEqual(["2016", "2017", "2018", "2019", "2020"]);
    const months = timeTicksOf(Date.UTC(2019, 9, 15), Date.UTC(2020, 1, 10), 6);
    expect(months.map((tick) => tick.text)).toEqual(["Nov", "Dec", "2020", "Feb"]);
    expect(timeTicksOf(5, 5, 4)).toEqual([]);
  });

  it("find the nearest instant under a pointer", () => {
    expect(nearestIn([0, 10, 20, 40], 28)).toBe(2);
    expect(nearestIn([0, 10, 20, 40], 31)).toBe(3);
    expect(nearestIn([7], 100)).toBe(0);
  });

  it("leave a gap where a value is missing", () => {
    expect(pathOf([0, 1, 2, 3], [1, 2, null, 4])).toBe("M0.0 1.0L1.0 2.0M3.0 4.0");
  });

  it("count every value in one bin, with zero as an edge", () => {
    const bins = binsOf([-0.021, -0.004, 0, 0.003, 0.018], 8);
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(5);
    expect(bins.some((bin) => bin.from < -1e-9 && bin.to > 1e-9)).toBe(false);
    expect(binsOf([])).toEqual([]);
  });
});
