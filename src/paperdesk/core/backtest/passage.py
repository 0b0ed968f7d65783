"""An account on its way along a market: commands at their cursors, and between them every fact that concerns it.

The same three functions decide, react and remember as for an account in the books. A re-score lives what was asked
once more, and a backtest what a strategy asks as it goes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from paperdesk.core.backtest.market import Past
from paperdesk.core.broker import engine
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import CancelOrder, ClosePosition, Command, PlaceCombo, PlaceOrder, ReplaceOrder
from paperdesk.core.broker.concern import has_something, instruments_of_concern, is_concerned
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import Event
from paperdesk.core.broker.orders import Order
from paperdesk.core.broker.stillness import Stillness, stillness
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.values import replace_struct
from paperdesk.core.market.facts import FundingSettled, MarketFact, is_price, priced_through
from paperdesk.core.market.funding import with_settlements

_FOREVER: Final = 2**63
# Commands whose orders may meet what stands, and those that name an order.
_PLACING: Final = (PlaceOrder, PlaceCombo, ClosePosition)
_NAMING: Final = (CancelOrder, ReplaceOrder)


@dataclass(slots=True)
class Passage:
    """An account and how far it has come; orders that have ended are put aside, so that a long way stays cheap."""

    account: Account
    market: Past
    cursor: int
    ended: dict[OrderId, Order] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    _judged: Account | None = None
    _has_something: bool = False
    _stillness: Stillness | None = None
    _quiet_until: int = 0

    @property
    def orders(self) -> list[Order]:
        """Return every order there was, in the order they were accepted."""
        return sorted({**self.ended, **self.account.orders}.values(), key=lambda each: each.accepted_seq)

    def ask(self, command: Command, cursor: int, at: datetime) -> None:
        """Ask something of the account where its tape stands; a refusal is raised and leaves no trace."""
        account = self.account
        known = {each.id: each for each in self._ended_of_concern(command, cursor, at)}
        if known:
            account = replace_struct(account, orders={**known, **account.orders})
        view = self.market.view(account, command, cursor, at)
        course = engine.decided(account, command, view)
        met = None
        if isinstance(command, _PLACING):
            met = engine.met_at_once(course.account, course.order(command.order_id), view)
        self.remember(course)
        if met is not None:
            self.remember(met)

    def hear(self, until: int) -> None:
        """Let everything happen that concerns the account up to a cursor."""
        if self.cursor < until <= self._quiet_until and self._judged is self.account:
            self.cursor = until
            return
        while self.cursor < until and self._is_concerned():
            self._pass_over(until)
            if self.cursor < until:
                self._meet(min(self.market.piece(self.cursor), until))
        self.cursor = max(self.cursor, until)

    def _is_concerned(self) -> bool:
        """Say whether anything could happen to the account, which is judged once as long as it is the same."""
        if self._judged is not self.account:
            self._judged, self._has_something = self.account, has_something(self.account)
            self._stillness = stillness(self.account) if self._has_something else None
            self._quiet_until = self.cursor if self._has_something else _FOREVER
        return self._has_something

    def _pass_over(self, until: int) -> None:
        """Go on as far as it is certain that no fact changes anything about the account, just judged."""
        if self._quiet_until < until and self._stillness is not None:
            self._quiet_until = self.market.quiet_until(self.cursor, self._stillness)
        self.cursor = max(self.cursor, min(self._quiet_until, until))

    def _meet(self, upto: int) -> None:
        """Let the facts up to a cursor happen to the account, until one has changed it: then it is judged anew."""
        account = self.account
        for fact in self._facts(upto):
            # Of prices only those come that are of concern.
            if not is_price(fact) and not is_concerned(self.account, fact):
                continue
            marks, quotes = self.market.marks(priced_through(fact)), self.market.quotes(fact.seq)
            self.remember(engine.reacted(self.account, fact, marks, quotes))
            # What funding takes changes nobody's concerns, and the fact whose number it has is still to come.
            if self.account is not account and not isinstance(fact, FundingSettled):
                self.cursor = fact.seq
                return
        self.cursor = upto

    def _facts(self, upto: int) -> Iterator[MarketFact]:
        """Return the facts up to a cursor that may concern the account, settlements of funding among them."""
        account, after = self.account, self.cursor
        facts = self.market.facts_between(after, upto, instruments_of_concern(account))
        return with_settlements(facts, self.market, after, upto) if account.rules.margin.is_funded else facts

    def remember(self, course: Course) -> None:
        """Go on from what has happened."""
        self.events += course.events
        account = course.account
        ended = [each for each in account.orders.values() if not each.is_open]
        for each in ended:
            self.ended[each.id] = each
        if ended:
            account = replace_struct(
                account, orders={key: each for key, each in account.orders.items() if each.is_open}
            )
        self.account = account

    def _ended_of_concern(self, command: Command, cursor: int, at: datetime) -> Iterator[Order]:
        """Yield the ended orders that a command can be judged by: the one it names with its group, and those alike."""
        named = self.ended.get(command.order_id) if isinstance(command, _NAMING) else None
        if named is not None:
            yield from _group(self.ended.values(), named)
        for each in reversed(self.ended.values()):
            if each.updated_at < at:
                break
            if each.accepted_fact == cursor:
                yield each


def _group(orders: Iterable[Order], named: Order) -> Iterator[Order]:
    return (each for each in orders if each is named or each.group_id == named.group_id)
