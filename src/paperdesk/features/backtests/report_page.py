"""A report of a run as one page of HTML: no script, nothing from elsewhere, and whatever people wrote is only text."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from itertools import groupby
from typing import Any, Final

import numpy as np

from paperdesk.core.backtest.curves import falls_of, returns_of, rolling_sharpe
from paperdesk.core.backtest.measures import drawdowns
from paperdesk.core.kernel.money import ZERO
from paperdesk.features.backtests.report_charts import Bar, Line, bars_chart, lines_chart, points_chart
from paperdesk.features.backtests.report_style import STYLE
from paperdesk.features.backtests.told_run import ToldRun

ROUND_TRIPS_MAX: Final = 300
"""How many round trips are listed; the files of a run have all of them."""

POINTS_MAX: Final = 1000
FALLS_MAX: Final = 5
WINDOW: Final = 63
"""Over how many closes the rolling Sharpe ratio goes: about three months of an exchange."""

_BINS: Final = 41
_RATES: Final = frozenset(
    ("total_return", "simple_annual", "cagr", "max_drawdown", "var_95", "es_95", "benchmark_return", "alpha")
)
_SHARES: Final = frozenset(("volatility", "win_rate", "loss_rate", "exposure", "risk_of_ruin"))
_COUNTS: Final = frozenset(
    ("round_trips", "won", "lost", "broke_even", "longest_wins", "longest_losses", "long_trips", "short_trips")
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HEAD: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)


def page_of(run: ToldRun) -> str:
    """Return the page."""
    title = escape(run.backtest.name)
    parts = [
        _header(run),
        _list("Warnings", run.warnings),
        _section("Equity", _equity(run)),
        _section("Figures", _figures(run.report)),
        _section("Returns by month", _months(run.report["periods"]["month"])),
        _section("Deepest falls", _falls(run)),
        _section("Returns from close to close", _histogram(run)),
        _section(f"Sharpe ratio of the last {WINDOW} closes", _rolling(run)),
        _section("Where the result comes from", _waterfall(run.report)),
        _section("By symbol and side", _by_symbol(run.report["round_trips"])),
        *(_section(title, _by_word(rows, title, name, without)) for title, rows, name, without in gains_of(run.report)),
        _section("Worst and best of each round trip, across and up", _excursions(run.report["round_trips"])),
        _section("Round trips", _round_trips(run.report["round_trips"])),
    ]
    return f"{_HEAD}<title>{title}</title><style>{STYLE}</style><body>{''.join(parts)}</body></html>"


def heading_of(run: ToldRun) -> dict[str, str]:
    """Return what stands at the head of a report: what was run, at which cost, and how often was tried."""
    asked, report, luck = run.backtest, run.report, run.selection
    parameters = ", ".join(f"{name} {value}" for name, value in asked.parameters.items())
    return {
        "Strategy": f"{asked.strategy}, version {asked.version}",
        "Parameters": parameters or "none",
        "Symbols": ", ".join(asked.symbols),
        "Period": f"{report['began_at'][:10]} to {report['ended_at'][:10]}",
        "Began with": f"{asked.cash:,f} {asked.currency}",
        "Friction": run.friction,
        "Benchmark": asked.benchmark or "none",
        "Driver": asked.mode.value,
        "Sharpe ratio": figure_text(report, "sharpe"),
        "Deflated Sharpe ratio": _said(luck.deflated_sharpe, luck.reasons.get("deflated_sharpe"), _share),
        "Sharpe ratio by luck": _said(luck.sharpe_by_luck, luck.reasons.get("sharpe_by_luck"), _plain),
        "Trials of its family": str(luck.trials),
        "Result": f"{figure_text(report, 'total_return')}, {report['equity_after'] or 'not known'}",
        "Capsule": run.capsule_hash or "none is kept of this run",
    }


def gains_of(report: Mapping[str, Any]) -> list[tuple[str, Sequence[Mapping[str, Any]], str, str]]:
    """Return what is told of what round trips have in common: a title, rows, what names a row, a word for no name."""
    return [
        ("By tag", report.get("by_tag", ()), "tag", "without a tag"),
        ("By reason to leave", report.get("by_exit_reason", ()), "reason", "still open"),
    ]


def _header(run: ToldRun) -> str:
    told = heading_of(run).items()
    pairs = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in told)
    name = escape(run.backtest.name)
    return f"<h1>{name}</h1><p>A paper run: nothing here was traded with money.</p><dl>{pairs}</dl>"


def _equity(run: ToldRun) -> str:
    at, curve = run.at, run.curve
    lines = [Line("e", curve)]
    if run.benchmark is not None:
        lines.insert(0, Line("k", run.benchmark))
    straight = lines_chart(at, lines, 260, money_text)
    can_log = bool((curve > 0).all())
    bent = lines_chart(at, lines, 260, money_text, is_log=True) if can_log else straight
    fallen = lines_chart(at, [Line("f", drawdowns(curve))], 120, percent_text) if len(curve) else ""
    choice = (
        '<input type="radio" name="scale" id="lin" checked><label for="lin">linear</label>'
        '<input type="radio" name="scale" id="log"><label for="log">logarithmic</label>'
    )
    beside = f"<p>Grey: {escape(run.backtest.benchmark or '')}, bought at the beginning and held.</p>"
    told = beside if run.benchmark is not None else ""
    return (
        f'<div class="scale">{choice}<div class="lin">{straight}</div><div class="log">{bent}</div></div>'
        f"{told}<p>Drawdown</p>{fallen}"
    )


def _figures(report: Mapping[str, Any]) -> str:
    pairs = "".join(
        f"<div><dt>{escape(title_text(name))}</dt><dd>{escape(figure_text(report, name))}</dd></div>"
        for name in report["figures"]
    )
    return f"<dl>{pairs}</dl>"


def _months(months: Sequence[Mapping[str, Any]]) -> str:
    most = max((abs(each["rate"]) for each in months if each["rate"] is not None), default=0.0) or 1.0
    rows = []
    for year, found in groupby(months, key=lambda each: each["name"][:4]):
        by_month = {int(each["name"][5:7]): each["rate"] for each in found}
        known = [rate for rate in by_month.values() if rate is not None]
        whole = float(np.prod([1 + rate for rate in known]) - 1) if known else None
        cells = "".join(_heat(by_month.get(number), most) for number in range(1, 13))
        rows.append(f"<tr><td>{escape(year)}</td>{cells}<td>{percent_text(whole)}</td></tr>")
    return _table(["", *_MONTHS, "Year"], rows)


def _heat(rate: float | None, most: float) -> str:
    if rate is None:
        return "<td></td>"
    style = "up" if rate >= 0 else "down"
    return f'<td class="c"><i class="{style}" style="--o:{abs(rate) / most * 0.55:.2f}"></i><b>{rate:+.1%}</b></td>'


def _falls(run: ToldRun) -> str:
    found = falls_of(run.at, run.curve, FALLS_MAX) if len(run.curve) else []
    rows = [
        f"<tr><td>{each.began_at:%Y-%m-%d}</td><td>{each.deepest_at:%Y-%m-%d}</td>"
        f"<td>{'not yet' if each.recovered_at is None else f'{each.recovered_at:%Y-%m-%d}'}</td>"
        f"<td>{each.depth:+.2%}</td><td>{((each.recovered_at or run.at[-1]) - each.began_at).days}</td></tr>"
        for each in found
    ]
    return _table(["Highest", "Deepest", "Made good", "Depth", "Days"], rows)


def _histogram(run: ToldRun) -> str:
    returns = returns_of(run.curve)
    if not len(returns):
        return bars_chart([], 160, _whole)
    counts, edges = np.histogram(returns, bins=_BINS)
    bars = [
        Bar(f"{low:+.2%}", 0, float(count), "up" if low + high >= 0 else "down", f"{count}: {low:+.2%} to {high:+.2%}")
        for count, low, high in zip(counts, edges[:-1], edges[1:], strict=True)
    ]
    return bars_chart(bars, 160, _whole)


def _rolling(run: ToldRun) -> str:
    rates = run.periods_a_year, float(run.backtest.risk_free)
    found = rolling_sharpe(returns_of(run.curve), WINDOW, *rates) if len(run.curve) else np.empty(0)
    return lines_chart(run.at[WINDOW:], [Line("s", found)], 160, _plain) if len(found) else "<p>It is too short.</p>"


def _waterfall(report: Mapping[str, Any]) -> str:
    """Draw what closed round trips brought before fees, what fees and funding took, and what the rest is."""
    closed = [each for each in report["round_trips"] if each["gain"] is not None]
    gross = sum((Decimal(each["gain"]) + Decimal(each["fees"]) for each in closed), ZERO)
    fees = -Decimal(report["fees"])
    if report["equity_before"] is None or report["equity_after"] is None:
        return "<p>Something held had no price at the beginning or at the end.</p>"
    whole = Decimal(report["equity_after"]) - Decimal(report["equity_before"])
    funding = -Decimal(report.get("funding") or ZERO)  # runs from before it was counted have none
    steps = (
        ("Round trips before fees", gross),
        ("Fees", fees),
        *((("Funding", funding),) if funding else ()),
        ("Still held, interest, dividends", whole - gross - fees - funding),
    )
    bars, level = [], 0.0
    for label, amount in steps:
        after = level + float(amount)
        bars.append(Bar(label, level, after, "up" if amount >= 0 else "down", f"{label}: {amount:+,f}"))
        level = after
    bars.append(Bar("Change of equity", 0.0, float(whole), "all", f"Change of equity: {whole:+,f}"))
    told = ", ".join(f"{label.lower()} {amount:+,f}" for label, amount in (*steps, ("together", whole)))
    return f"{bars_chart(bars, 180, money_text)}<p>{escape(told)}</p>"


def _by_symbol(trips: Sequence[Mapping[str, Any]]) -> str:
    def place(trip: Mapping[str, Any]) -> tuple[str, str]:
        return trip["symbol"], trip["side"]

    rows = []
    for (symbol, side), found in groupby(sorted(trips, key=place), key=place):
        every = list(found)
        gains = [Decimal(each["gain"]) for each in every if each["gain"] is not None]
        won = f"{sum(each > 0 for each in gains) / len(gains):.1%}" if gains else ""
        fees = sum((Decimal(each["fees"]) for each in every), ZERO)
        bars = sum(each["bars"] for each in every) / len(every)
        rows.append(
            f"<tr><td>{escape(symbol)}</td><td>{_side(side)}</td><td>{len(gains)}</td><td>{won}</td>"
            f"<td>{_amount(sum(gains, ZERO))}</td><td>{fees:,f}</td><td>{bars:.1f}</td></tr>"
        )
    return _table(["Symbol", "Side", "Round trips", "Won", "Gain", "Fees", "Bars held"], rows)


def _by_word(rows: Sequence[Mapping[str, Any]], title: str, name: str, without: str) -> str:
    told = [
        f"<tr><td>{escape((each[name] or without).replace('_', ' '))}</td><td>{each['round_trips']}</td>"
        f"<td>{_amount(each['gain'])}</td><td>{each['fees']}</td></tr>"
        for each in rows
    ]
    return _table([title.removeprefix("By ").capitalize(), "Round trips", "Gain", "Fees"], told)


def _excursions(trips: Sequence[Mapping[str, Any]]) -> str:
    known = [each for each in trips if each["adverse"] is not None and each["gain"] is not None]
    points = [
        (each["adverse"], each["favourable"], "up" if Decimal(each["gain"]) > 0 else "down")
        for each in known[:POINTS_MAX]
    ]
    more = f"<p>The first {POINTS_MAX} of {len(known)}.</p>" if len(known) > POINTS_MAX else ""
    return points_chart(points, 240, percent_text) + more


def _round_trips(trips: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        f"<tr><td>{each['number']}</td><td>{escape(each['symbol'])}</td><td>{_side(each['side'])}</td>"
        f"<td>{_minute(each['entered_at'])}</td><td>{_minute(each['left_at'])}</td><td>{each['quantity']}</td>"
        f"<td>{_price(each['entry_price'])}</td><td>{_price(each['exit_price'])}</td>"
        f"<td>{_amount(each['gain'])}</td><td>{each['fees']}</td><td>{escape(each['exit_reason'] or '')}</td></tr>"
        for each in trips[:ROUND_TRIPS_MAX]
    ]
    head = ["", "Symbol", "Side", "Entered", "Left", "Quantity", "Entry", "Exit", "Gain", "Fees", "Why it ended"]
    more = f"<p>The first {ROUND_TRIPS_MAX} of {len(trips)}; the files of the run have all of them.</p>"
    return _table(head, rows) + (more if len(trips) > ROUND_TRIPS_MAX else "")


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>{body}</section>"


def _list(title: str, said: Sequence[str]) -> str:
    if not said:
        return ""
    lines = "".join(f"<li>{escape(each)}</li>" for each in said)
    return f"<section><h2>{title}</h2><ul>{lines}</ul></section>"


def _table(head: Iterable[str], rows: Sequence[str]) -> str:
    if not rows:
        return "<p>There are none.</p>"
    names = "".join(f"<th>{each}</th>" for each in head)
    return f'<div class="w"><table><thead><tr>{names}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def figure_text(report: Mapping[str, Any], name: str) -> str:
    """Write a figure, or why there is none."""
    write = next((write for names, write in _WRITTEN if name in names), _plain)
    return _said(report["figures"].get(name), report["reasons"].get(name), write)


def _said(value: float | None, reason: str | None, write: Callable[[float], str]) -> str:
    return f"none: {reason or 'not known'}" if value is None else write(value)


def _amount(gain: str | Decimal | None) -> str:
    if gain is None:
        return "open"
    amount = Decimal(gain)
    return f'<span class="{"up" if amount >= 0 else "down"}">{amount:+,f}</span>'


def _side(side: str) -> str:
    return {"buy": "long", "sell": "short"}.get(side, escape(side))


def _price(price: str | None) -> str:
    return "" if price is None else price.rstrip("0").rstrip(".") if "." in price else price


def _minute(at: str | None) -> str:
    return "" if at is None else at[:16].replace("T", " ")


def title_text(name: str) -> str:
    """Write the name of a figure for people."""
    return name.replace("_", " ").capitalize()


def percent_text(value: float | None) -> str:
    """Write a rate in percent, nothing where there is none."""
    return "" if value is None else f"{value:+.2%}"


def _plain(value: float) -> str:
    return f"{value:,.2f}"


def _share(value: float) -> str:
    return f"{value:.1%}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def money_text(value: float) -> str:
    """Write an amount, with cents where they matter."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}"  # noqa: PLR2004 - cents matter below


_WRITTEN: Final = ((_RATES, percent_text), (_SHARES, _share), (_COUNTS, _whole))
