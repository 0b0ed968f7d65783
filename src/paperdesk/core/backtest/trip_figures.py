"""What round trips have brought, in figures with stated definitions; null with the reason where one cannot be said.

    win rate        round trips that brought something / all that were closed; what broke even is neither won nor lost
    profit factor   what the won ones brought / what the lost ones cost
    payoff          the average win / the average loss
    expectancy      the average gain of a round trip, in money
    risk of ruin    ((1 - edge) / (1 + edge)) to the power of the units: the chance that a gambler who stakes one
                    average loss at a time ever loses all; edge is the win rate less the loss rate of those that were
                    decided, and units is the money at the beginning / the average loss. Without an edge it is certain.

Gains count fees. Money is in the account's currency.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final

from paperdesk.core.backtest.measures import Measured
from paperdesk.core.backtest.round_trips import RoundTrip
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.money import ZERO

NONE_CLOSED: Final = "no round trip was closed"
NO_LOSS: Final = "no round trip lost"
NO_WIN: Final = "no round trip won"
_SECONDS_A_DAY: Final = 86_400


def trip_figures(trips: Iterable[RoundTrip], capital: Decimal) -> Measured:
    """Return the figures of the round trips that were closed, by an account that began with so much money."""
    closed = [each for each in trips if not each.is_open]
    gains = [each.gain for each in closed]
    won, lost = [each for each in gains if each > ZERO], [-each for each in gains if each < ZERO]
    counts = {
        "round_trips": len(closed),
        "won": len(won),
        "lost": len(lost),
        "broke_even": len(closed) - len(won) - len(lost),
        "longest_wins": _longest(gains, lambda gain: gain > ZERO),
        "longest_losses": _longest(gains, lambda gain: gain < ZERO),
        "long_trips": sum(each.side is Side.BUY for each in closed),
        "short_trips": sum(each.side is Side.SELL for each in closed),
        "long_gain": _gain_of(closed, Side.BUY),
        "short_gain": _gain_of(closed, Side.SELL),
    }
    if not closed:
        return _with_reasons(counts, dict.fromkeys(_OF_TRIPS), dict.fromkeys(_OF_TRIPS, NONE_CLOSED))
    return _with_reasons(counts, _averages(closed, won, lost, capital), _missing(won, lost))


_OF_TRIPS: Final = (
    "win_rate", "loss_rate", "expectancy", "average_days", "average_win", "largest_win",
    "average_loss", "largest_loss", "profit_factor", "payoff", "risk_of_ruin",
)  # fmt: skip


def _averages(
    closed: Sequence[RoundTrip], won: Sequence[Decimal], lost: Sequence[Decimal], capital: Decimal
) -> dict[str, float | None]:
    win, loss = _mean(won), _mean(lost)
    days = [(each.left_at - each.entered_at).total_seconds() / _SECONDS_A_DAY for each in closed if each.left_at]
    return {
        "win_rate": len(won) / len(closed),
        "loss_rate": len(lost) / len(closed),
        "expectancy": float(sum((each.gain for each in closed), ZERO)) / len(closed),
        "average_days": sum(days) / len(days),
        "average_win": win,
        "largest_win": float(max(won)) if won else None,
        "average_loss": loss,
        "largest_loss": float(max(lost)) if lost else None,
        "profit_factor": float(sum(won, ZERO) / sum(lost, ZERO)) if lost else None,
        "payoff": None if win is None or loss is None else win / loss,
        "risk_of_ruin": None if loss is None else _ruin(len(won), len(lost), float(capital) / loss),
    }


def _missing(won: Sequence[Decimal], lost: Sequence[Decimal]) -> dict[str, str]:
    without_loss = ("average_loss", "largest_loss", "profit_factor", "payoff", "risk_of_ruin")
    without_win = ("average_win", "largest_win", "payoff")
    reasons = dict.fromkeys(without_win, NO_WIN) if not won else {}
    return reasons | (dict.fromkeys(without_loss, NO_LOSS) if not lost else {})


def _with_reasons(counts: dict[str, float], figures: dict[str, float | None], reasons: dict[str, str]) -> Measured:
    return Measured({name: float(count) for name, count in counts.items()} | figures, reasons)


def _ruin(won: int, lost: int, units: float) -> float:
    edge = (won - lost) / (won + lost)
    return 1.0 if edge <= 0 else float(((1 - edge) / (1 + edge)) ** units)


def _mean(amounts: Sequence[Decimal]) -> float | None:
    return float(sum(amounts, ZERO)) / len(amounts) if amounts else None


def _gain_of(closed: Iterable[RoundTrip], side: Side) -> float:
    return float(sum((each.gain for each in closed if each.side is side), ZERO))


def _longest(gains: Iterable[Decimal], is_meant: Callable[[Decimal], bool]) -> int:
    return max((len(list(run)) for meant, run in groupby(gains, is_meant) if meant), default=0)
