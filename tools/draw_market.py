"""Draw what the synthetic market is like, as one small picture: run by hand when its law has changed."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from paperdesk.core.market.sessions import XNYS, calendar  # noqa: E402 - found through the line above
from paperdesk.core.synthetic.chains import value_series, variance_at_money, years_left  # noqa: E402
from paperdesk.core.synthetic.climate import first_day  # noqa: E402
from paperdesk.core.synthetic.daily import DailyMarket, generate_daily  # noqa: E402
from paperdesk.core.synthetic.listing import list_series  # noqa: E402
from paperdesk.core.synthetic.minutes import generate_minutes  # noqa: E402
from paperdesk.core.synthetic.presets import HISTORY_FROM, LASTS_UNTIL, preset_of  # noqa: E402
from paperdesk.core.synthetic.roster import PLACE  # noqa: E402
from paperdesk.core.synthetic.surface import OF_INDEX, total_variance  # noqa: E402
from paperdesk.core.synthetic.top_of_book import quote_minutes  # noqa: E402

PICTURE = ROOT / "docs" / "pictures" / "synthetic_market.svg"
SESSIONS = calendar(XNYS).sessions(HISTORY_FROM, LASTS_UNTIL)
WIDTH, HEIGHT, MARGIN = 380, 220, 34
COLOURS = ("#2563eb", "#d97706", "#6b7280")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """A named curve; both arrays have one shape."""

    name: str
    x: Floats
    y: Floats


def panel(title: str, lines: Sequence[Line], place: int) -> str:
    """Return one of four panels, two beside each other."""
    left, top = place % 2 * WIDTH, place // 2 * HEIGHT
    xs, ys = (np.concatenate([getattr(line, axis) for line in lines]) for axis in ("x", "y"))
    low_x, high_x, low_y, high_y = (
        xs.min(),
        xs.max(),
        min(ys.min(), 0.0) if ys.min() < 0.2 * ys.max() else ys.min(),
        ys.max(),
    )
    parts = [f'<text x="{left + MARGIN}" y="{top + 18}" class="t">{title}</text>']
    for number, line in enumerate(lines):
        across = left + MARGIN + (line.x - low_x) / (high_x - low_x) * (WIDTH - 2 * MARGIN)
        down = top + HEIGHT - MARGIN - (line.y - low_y) / (high_y - low_y) * (HEIGHT - 2 * MARGIN - 14)
        points = " ".join(f"{x:.0f},{y:.1f}" for x, y in zip(across, down, strict=True))
        colour = COLOURS[number]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.4"/>')
        parts.append(
            f'<text x="{left + WIDTH - MARGIN}" y="{top + 34 + 14 * number}" style="fill:{colour}" class="n">'
            f"{line.name}</text>"
        )
    for value, y in ((low_y, top + HEIGHT - MARGIN), (high_y, top + MARGIN + 14)):
        parts.append(f'<text x="{left + MARGIN - 4}" y="{y + 4:.0f}" class="n">{value:.3g}</text>')
    for value, x in ((low_x, left + MARGIN + 20), (high_x, left + WIDTH - MARGIN)):
        parts.append(f'<text x="{x}" y="{top + HEIGHT - MARGIN + 16}" class="n">{value:.3g}</text>')
    return "\n".join(parts)


def tails(markets: Sequence[DailyMarket]) -> list[Line]:
    """Return how often the index fund moves by so many deviations, beside a normal law; logarithms of ten."""
    moves = np.concatenate([returns(one) / returns(one).std() for one in markets])
    edges = np.linspace(-6, 6, 41)
    share = np.histogram(moves, edges)[0] / len(moves) / np.diff(edges)
    middle = (edges[1:] + edges[:-1]) / 2
    seen = share > 0
    normal = np.exp(-(middle**2) / 2) / np.sqrt(2 * np.pi)
    shown = normal > share[seen].min()
    return [
        Line("the market", middle[seen], np.log10(share[seen])),
        Line("normal", middle[shown], np.log10(normal[shown])),
    ]


def memory(markets: Sequence[DailyMarket]) -> list[Line]:
    """Return how much of a move, and of its size, is still there days later."""
    lags = np.arange(1, 41)

    def correlations(series: Sequence[Floats]) -> Floats:
        return np.array([np.mean([np.corrcoef(one[lag:], one[:-lag])[0, 1] for one in series]) for lag in lags])

    signed = [returns(one) for one in markets]
    sizes = correlations([np.minimum(np.abs(one), 0.05) for one in signed])
    return [Line("sizes of moves", lags.astype(float), sizes), Line("moves", lags.astype(float), correlations(signed))]


def day_shape(one: DailyMarket) -> list[Line]:
    """Return volume and spread through the day, relative to noon."""
    volume, spread = np.zeros(390), np.zeros(390)
    for day in range(300, 320):
        bars = generate_minutes(one, day)
        if bars.minutes == len(volume):
            book = quote_minutes(one, day, bars)
            volume += bars.volume[PLACE["AAPL"]]
            spread += ((book.ask - book.bid) / book.bid).mean(axis=0)
    blocks = [np.reshape(each, (39, 10)).mean(axis=1) for each in (volume, spread)]
    minutes = np.arange(39).astype(np.float64) * 10 + 5
    return [
        Line(name, minutes, np.asarray(each) / float(each[18:21].mean()))
        for name, each in zip(("volume", "spread"), blocks, strict=True)
    ]


def smiles(one: DailyMarket) -> list[Line]:
    """Return implied volatilities of the index fund by strike over forward, for three expiries."""
    day = first_day(one.sessions) + 1
    bars = generate_minutes(one, day)
    series = [each for each in list_series(one) if each.underlying == "SPY" and each.first <= day <= each.last]
    lines = []
    for each in (series[2], series[7], series[-1]):
        assert np.all(value_series(one, each, day, bars) >= 0), "options are worth something or nothing"
        years = years_left(one, each, day, bars.minutes)[200:201]
        at_money = variance_at_money(one, each, day, (bars.close[-1, 200:201] / 100, years))
        reach = min(2.5 * float(np.sqrt(at_money[0])), 0.35)
        k = np.linspace(-reach, reach * 0.8, 40)
        vol = 100 * np.sqrt(total_variance(OF_INDEX, at_money, k) / years)
        lines.append(Line(each.expires_on.isoformat(), 100 * np.exp(k), vol))
    return lines


def returns(one: DailyMarket) -> Floats:
    """Return the index fund's daily returns, dividends included."""
    close = one.bars.close[:, PLACE["SPY"]] / 100
    return np.asarray((close[1:] + one.dividends[1:, PLACE["SPY"]]) / close[:-1] - 1)


def main() -> int:
    """Write the picture."""
    markets = [generate_daily(preset_of("fair_market"), seed, SESSIONS) for seed in range(1, 31)]
    panels = [
        panel("How often the index moves by how many deviations (log 10)", tails(markets), 0),
        panel("Correlation with the days before, by lag", memory(markets), 1),
        panel("Volume and spread by minute, noon = 1", day_shape(markets[8]), 2),
        panel("Implied volatility in percent by strike, forward = 100", smiles(markets[8]), 3),
    ]
    style = "text{font-family:sans-serif;fill:#374151}.t{font-size:12px}.n{font-size:10px;text-anchor:end}"
    size = f'width="{2 * WIDTH}" height="{2 * HEIGHT}" viewBox="0 0 {2 * WIDTH} {2 * HEIGHT}"'
    body = "\n".join(panels)
    back = '<rect width="100%" height="100%" fill="#ffffff"/>'
    PICTURE.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n<style>{style}</style>\n{back}\n{body}\n</svg>\n',
        encoding="utf-8",
    )
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
