"""Strategies with options: written against shares or cash, a collar around shares, and both wings of a condor.

Each looks at the chain that is listed at that moment, takes the first expiry that is far enough away and the strikes
that are nearest to where it wants them, and waits until that expiry is over. What expires, is exercised or assigned is
the broker's business; a strategy sees it by what it holds afterwards.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import groupby

from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.options import Right
from paperdesk.core.strategy.context import Context
from paperdesk.core.strategy.parameters import number, whole
from paperdesk.core.strategy.scene import Listed
from paperdesk.core.strategy.strategy import Strategy


class Written(Strategy):
    """What strategies with options have in common: how far away they expire and are struck, and how many there are."""

    with_options = True
    days = whole(21, 1, 400)
    away = number("0.05", "0", "0.5")
    count = whole(1, 1, 1000)

    def on_start(self, context: Context) -> None:
        """No option is held yet."""
        self._legs: tuple[str, ...] = ()

    def on_bar(self, context: Context) -> None:
        """Act while nothing works and no option is held."""
        if not context.working and not any(context.position(each) for each in self._legs):
            self.act(context)

    def on_quote(self, context: Context) -> None:
        """Do at a quote what is done at a bar."""
        self.on_bar(context)

    def act(self, context: Context) -> None:
        """Ask for what it wants to hold."""

    def offered(self, context: Context) -> Sequence[Listed]:
        """Return the options of the first expiry that is far enough away; none where no such one is listed."""
        least = context.now.date() + timedelta(days=self.days)
        found = [each for each in context.chain(self.symbol) if each.expires_on >= least]
        return [each for each in found if each.expires_on == found[0].expires_on]

    def at(self, context: Context, offered: Sequence[Listed], away: Decimal) -> tuple[Listed | None, Listed | None]:
        """Return the put and the call that are nearest to so far below and above the price, a part of it."""
        price = context.price(self.symbol) or _even_strike(offered)
        if price is None:
            return None, None
        return (
            _nearest([each for each in offered if each.right is Right.PUT], price * (1 - away)),
            _nearest([each for each in offered if each.right is Right.CALL], price * (1 + away)),
        )

    def hold_shares(self, context: Context, offered: Sequence[Listed]) -> bool:
        """Bring the shares to what so many contracts deliver, and say whether they are there."""
        return bool(offered) and context.hold(self.symbol, offered[0].units * self.count) is None


class CoveredCall(Written):
    """Hold shares, and write calls on all of them; when they are called away, begin anew."""

    name = "covered_call"
    kind = "options"

    def act(self, context: Context) -> None:
        """Buy what lacks of the shares, or write the calls."""
        offered = self.offered(context)
        _, call = self.at(context, offered, self.away)
        if call is not None and self.hold_shares(context, offered):
            self._legs = (call.symbol,)
            context.sell(call.symbol, Decimal(self.count))


class CashSecuredPut(Written):
    """Write puts that cash pays for if they are exercised; shares that this brings are sold again."""

    name = "cash_secured_put"
    kind = "options"

    def act(self, context: Context) -> None:
        """Sell what was assigned, or write the puts as far as cash secures them."""
        if context.position(self.symbol):
            context.hold(self.symbol, ZERO)
            return
        put, _ = self.at(context, self.offered(context), self.away)
        if put is not None and put.strike * put.units * self.count <= context.cash:
            self._legs = (put.symbol,)
            context.sell(put.symbol, Decimal(self.count))


class Collar(Written):
    """Hold shares between a put that is bought and a call that is written for it, as one order."""

    name = "collar"
    kind = "options"

    def act(self, context: Context) -> None:
        """Buy what lacks of the shares, or put the collar on."""
        offered = self.offered(context)
        put, call = self.at(context, offered, self.away)
        if put is not None and call is not None and self.hold_shares(context, offered):
            self._legs = (put.symbol, call.symbol)
            context.combo([(put.symbol, 1), (call.symbol, -1)], Decimal(self.count))


class IronCondor(Written):
    """Write a put and a call, and buy one further away of each, as one order; nothing where strikes are too few."""

    name = "iron_condor"
    kind = "options"
    wing = number("0.05", "0.001", "0.5")

    def act(self, context: Context) -> None:
        """Put all four legs on."""
        offered = self.offered(context)
        put, call = self.at(context, offered, self.away)
        low, high = self.at(context, offered, self.away + self.wing)
        if put is None or call is None or low is None or high is None:
            return
        if low.strike < put.strike < call.strike < high.strike:
            legs = [(low.symbol, 1), (put.symbol, -1), (call.symbol, -1), (high.symbol, 1)]
            self._legs = tuple(symbol for symbol, _ in legs)
            context.combo(legs, Decimal(self.count))


def _nearest(offered: Sequence[Listed], price: Decimal) -> Listed | None:
    """Return the option with the nearest strike that somebody quotes; the lower of two as near."""
    quoted = [each for each in offered if each.bid and each.ask]
    return min(quoted, key=lambda each: (abs(each.strike - price), each.strike), default=None)


def _even_strike(offered: Sequence[Listed]) -> Decimal | None:
    """Return the strike at which call and put cost most alike: where the price is, on a tape without bars."""
    pairs = [list(group) for _, group in groupby(offered, key=lambda each: each.strike)]
    both = [(pair[0].strike, _middle(pair[0]), _middle(pair[1])) for pair in pairs if len(pair) > 1]
    apart = [(abs(one - other), strike) for strike, one, other in both if one is not None and other is not None]
    return min(apart)[1] if apart else None


def _middle(option: Listed) -> Decimal | None:
    return None if option.bid is None or option.ask is None else (option.bid + option.ask) / 2
