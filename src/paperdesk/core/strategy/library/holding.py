"""Strategies that hold: for ever, bought bit by bit, in fixed parts, or as much as a market's restlessness allows."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from paperdesk.core.broker.margin_book import MarginMode
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.strategy.context import Context, parts_of, whole_units
from paperdesk.core.strategy.history import History
from paperdesk.core.strategy.indicators import sma, volatility
from paperdesk.core.strategy.parameters import choice, number, whole
from paperdesk.core.strategy.strategy import Shares, Strategy, is_above


class BuyAndHold(Strategy):
    """Buy at the first bar, in equal parts, and hold.

    More than the equity takes an account with margin; crypto pairs can be bought with leverage there, and on margins of
    their own.
    """

    name = "buy_and_hold"
    version = 3
    kind = "holding"
    symbols_most = 200
    share = number("0.98", "0.01", "125")
    leverage = whole(1, 1, 125)
    margin_mode = choice("cross", "isolated")

    def on_start(self, context: Context) -> None:
        """Nothing is bought yet."""
        self._bought: set[str] = set()

    def on_bar(self, context: Context) -> None:
        """Buy what has a price and was not bought yet."""
        for each in self.symbols:
            mode = MarginMode(self.margin_mode)
            if each not in self._bought and (self.leverage > 1 or mode is MarginMode.ISOLATED):
                context.update_margin(each, self.leverage, mode)
            if each not in self._bought and context.hold_share(each, self.share / len(self.symbols)) is not None:
                self._bought.add(each)


class DollarCostAveraging(Strategy):
    """Buy for the same money at intervals, as long as there is cash.

    An interval is so many seconds, or so many bars where it is 0. Money buys a pair in its smallest parts and shares
    whole; or whole units are bought of anything, and the rest of the money waits for no one.
    """

    name = "dollar_cost_averaging"
    version = 2
    kind = "cost_averaging"
    interval_s = whole(0, 0, 31_536_000)
    every = whole(21, 1, 1000)
    amount = number("1000", "1", "1000000000")
    buys = choice("money", "whole_units")

    def on_start(self, context: Context) -> None:
        """Begin to count at the first bar."""
        self._bars = 0
        self._due_at: datetime | None = None

    def on_bar(self, context: Context) -> None:
        """Buy for the amount when it is due."""
        price = context.price(self.symbol)
        amount = min(self.amount, context.cash)
        if not self._is_due(context.now) or price is None:
            return
        if self.buys == "money":
            if amount == self.amount:
                context.buy_for(self.symbol, amount)
            return
        units = whole_units(amount / price)
        if units > ZERO:
            context.buy(self.symbol, units)

    def _is_due(self, now: datetime) -> bool:
        """Say whether an interval has begun; those that no bar closed in are over."""
        self._bars += 1
        if not self.interval_s:
            return (self._bars - 1) % self.every == 0
        due_at, step = self._due_at or now, timedelta(seconds=self.interval_s)
        if now < due_at:
            return False
        self._due_at = due_at + step * ((now - due_at) // step + 1)
        return True


class MonthlyRebalance(Strategy):
    """Hold symbols in equal parts, brought back to them at the first bar of every month."""

    name = "monthly_rebalance"
    version = 2
    kind = "holding"
    symbols_most = 200
    share = number("0.98", "0.01", "1")

    @property
    def part(self) -> Decimal:
        """Return the share of each symbol."""
        return parts_of(self.share, len(self.symbols))

    def shares(self, histories: Mapping[str, History], first: int) -> Shares:
        """Say the same of all bars at once."""
        months = histories[self.symbol].at.astype("datetime64[us]").astype("datetime64[M]")
        is_due = np.append(True, months[1:] != months[:-1])
        is_due[first] = True
        return Shares(np.where(is_due, 0, -1), [[self.part] * len(self.symbols)])

    def on_start(self, context: Context) -> None:
        """No month has been seen yet."""
        self._month: tuple[int, int] | None = None
        self._is_due = False

    def on_bar(self, context: Context) -> None:
        """Sell first what is too much, and buy then what is too little."""
        month = (context.now.year, context.now.month)
        self._is_due |= month != self._month
        self._month = month
        if self._is_due and context.bring(dict.fromkeys(self.symbols, self.part)):
            self._is_due = False


class VolatilityTarget(Strategy):
    """Hold more of a symbol while it is calm and less while it moves, so that the account moves alike."""

    name = "volatility_target"
    kind = "holding"
    length = whole(21, 2, 500)
    target = number("0.10", "0.01", "2")
    bars_a_year = whole(252, 1, 1000000)
    band = number("0.1", "0", "1")

    def on_start(self, context: Context) -> None:
        """Declare the volatility."""
        self._moves = context.history(self.symbol).indicator(volatility, self.length)

    def on_bar(self, context: Context) -> None:
        """Bring the position to its share when it is off by more than the band."""
        moves, price, equity = self._moves.now, context.price(self.symbol), context.equity
        if moves is None or price is None or equity is None:
            return
        yearly = Decimal(repr(moves)) * Decimal(self.bars_a_year).sqrt()
        share = min(self.target / yearly, Decimal("0.98")) if yearly > ZERO else Decimal("0.98")
        held = context.outlook(self.symbol) * price / equity
        if abs(share - held) > self.band * share:
            context.hold_share(self.symbol, share)


class Martingale(Strategy):
    """Buy a piece, a greater one after every fall, and sell all at a gain: many small gains, now and then a ruin.

    Shipped to be looked at and not to be followed: it risks everything for little.
    """

    name = "martingale"
    version = 3
    kind = "martingale"
    fall = number("0.03", "0.001", "0.5")
    fall_scale = number("1", "1", "5")
    size_scale = number("2", "1", "10")
    gain = number("0.02", "0.001", "1")
    stop = number("0.5", "0.001", "1")
    first_share = number("0.02", "0.001", "0.5")
    additions = whole(5, 0, 20)
    trend = whole(0, 0, 500)
    trend_of = choice("4h", "15m", "1h", "1d", "1w")

    @property
    def timeframes(self) -> Sequence[str]:
        """Return the timeframe of the trend, where one is asked for."""
        return (self.trend_of,) if self.trend else ()

    def on_start(self, context: Context) -> None:
        """Nothing has been bought yet."""
        self._bought: list[tuple[Decimal, Decimal]] = []
        if self.trend:
            self._higher = context.history(self.symbol, self.trend_of)
            self._average = self._higher.indicator(sma, self.trend)

    def on_bar(self, context: Context) -> None:
        """Sell at the gain or at the stop, buy more after a fall, or begin."""
        price, equity = context.price(self.symbol), context.equity
        if price is None or equity is None:
            return
        if not self._bought:
            if self._is_rising():
                self._buy(context, price, whole_units(equity * self.first_share / price))
            return
        units = sum((each for each, _ in self._bought), ZERO)
        average = sum((each * paid for each, paid in self._bought), ZERO) / units
        if price >= average * (1 + self.gain) or price <= average * (1 - self.stop):
            self._bought = []
            context.hold(self.symbol, ZERO)
        elif len(self._bought) <= self.additions and price <= self._next_level():
            self._buy(context, price, whole_units(self._bought[-1][0] * self.size_scale))

    def _is_rising(self) -> bool:
        """Say whether the last bar of the trend closed above its average; without a trend any moment will do."""
        if not self.trend:
            return True
        price, average = self._higher.price, self._average.now
        return price is not None and average is not None and is_above(float(price), average)

    def _next_level(self) -> Decimal:
        """Return the price at which it buys again: each fall may be wider than the one before."""
        return self._bought[-1][1] * (1 - self.fall * self.fall_scale ** (len(self._bought) - 1))

    def _buy(self, context: Context, price: Decimal, units: Decimal) -> None:
        if ZERO < units * price <= context.cash:
            self._bought.append((units, price))
            context.buy(self.symbol, units)
