"""Given, when, then in the words of the desk: an account, its orders, and what the market told it.

    story = Story(cash="1000")            given
    order_id = story.buy("5")             when somebody asks
    story.open("100")                     when the market speaks
    story.order(order_id).status          then

A story keeps its account the way a live desk does: one happening at a time, every event remembered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias, Unpack

from paperdesk.core.broker.account import Account, Position, Rules
from paperdesk.core.broker.commands import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    Command,
    PlaceOrder,
    ReplaceOrder,
    TransferCash,
)
from paperdesk.core.broker.engine import decide, fold, met_at_once, react
from paperdesk.core.broker.events import Event, Fill, OrderFilled, booking_of
from paperdesk.core.broker.ledger import Entry, Posting
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.orders import Order, OrderKind, OrderType, Side, TimeInForce
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import EntryId, InstrumentId, OrderId, derived
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import CorporateAction, Moment
from paperdesk.core.market.facts import (
    Auction,
    AuctionFact,
    CorporateActionFact,
    FundingSettled,
    HaltReason,
    MarketFact,
    SessionClosed,
    SessionOpened,
    TradingHalted,
    TradingResumed,
)
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.quotes import Quote, Quotes
from tests.chains import ComboTerms, asked_combo
from tests.order_terms import Changes, Closing, PlacedTerms, Terms, exact
from tests.scenery import (
    ACME,
    DAY,
    FIRST_CLOSE,
    FIRST_OPEN,
    HERE,
    SECOND,
    empty_account,
    fact_close,
    fact_open,
    fact_quote,
    fact_range,
    mark_of,
    market_view,
    order_id,
    quote_from_bar,
    quote_of,
    rules,
)

Happening: TypeAlias = tuple[Command, MarketView] | MarketFact


@dataclass
class Story:
    """One account on one tape, told step by step; `told` is all that happened, `events` what followed,
    `marked` what everything was worth at each fact, and `quoted` what stood then."""

    cash: str = "10000"
    rules: Rules = field(default_factory=rules)
    has_prints: bool = True
    told: list[Happening] = field(default_factory=list[Happening])
    marked: dict[int, Marks] = field(default_factory=dict[int, Marks])
    quoted: dict[int, Quotes] = field(default_factory=dict[int, Quotes])
    events: list[Event] = field(default_factory=list[Event])
    vols: dict[InstrumentId, Decimal] = field(default_factory=dict[InstrumentId, Decimal])

    def __post_init__(self) -> None:
        """Open the market on the first day, with a first deposit in the account."""
        self.account = empty_account(self.rules)
        self.cursor = 0
        self.at = FIRST_OPEN
        self.is_open = True
        self.quotes: dict[InstrumentId, Quote] = {}
        self.asked = 0
        self.halted: dict[InstrumentId, TradingHalted] = {}
        self.fallen: set[InstrumentId] = set()
        if Decimal(self.cash):
            self.transfer(self.cash)

    # --- when somebody asks ---------------------------------------------------------------------

    def place(
        self,
        side: Side,
        quantity: str,
        limit: str | None = None,
        time_in_force: TimeInForce = TimeInForce.DAY,
        symbol: str = "ACME",
        *,
        order_type: OrderType | None = None,
        **terms: Unpack[Terms],
    ) -> OrderId:
        """Send an order; it is a limit order when it has a limit, unless its type is given.

        Further terms go into the command by their names; a number may be written as a text.
        """
        self.asked += 1
        command = PlaceOrder(
            account_id=self.account.id,
            order_id=order_id(self.asked),
            symbol=symbol,
            side=side,
            type=order_type or (OrderType.MARKET if limit is None else OrderType.LIMIT),
            quantity=Decimal(quantity),
            limit_price=None if limit is None else Decimal(limit),
            time_in_force=time_in_force,
            **exact(terms),
        )
        self._ask(command)
        return command.order_id

    def buy(self, quantity: str, limit: str | None = None, **terms: Unpack[PlacedTerms]) -> OrderId:
        """Send an order to buy."""
        return self.place(Side.BUY, quantity, limit, **terms)

    def sell(self, quantity: str, limit: str | None = None, **terms: Unpack[PlacedTerms]) -> OrderId:
        """Send an order to sell."""
        return self.place(Side.SELL, quantity, limit, **terms)

    def combo(self, legs: str, net: str | None = None, quantity: str = "1", **terms: Unpack[ComboTerms]) -> OrderId:
        """Send a combo: "+1 ACME200415C00100000 -1 ACME200415C00105000" buys the one and sells the other."""
        self.asked += 1
        command = asked_combo(legs, net, quantity, **terms)
        self._ask(replace(command, account_id=self.account.id, order_id=order_id(self.asked)))
        return order_id(self.asked)

    def replace(self, which: OrderId, **terms: Unpack[Changes]) -> OrderId:
        """Put a new order in the place of one."""
        self.asked += 1
        self._ask(ReplaceOrder(self.account.id, which, order_id(self.asked), **exact(terms)))
        return order_id(self.asked)

    def closes_position(self, symbol: str = "ACME", **terms: Unpack[Closing]) -> OrderId:
        """Sell a position at the market."""
        self.asked += 1
        self._ask(ClosePosition(self.account.id, order_id(self.asked), symbol, **exact(terms)))
        return order_id(self.asked)

    def cancel_all(self, symbol: str | None = None, kind: OrderKind | None = None) -> None:
        """Take every open order off the market."""
        self._ask(CancelOrders(self.account.id, symbol, kind))

    def cancel(self, which: OrderId) -> None:
        """Take an order off the market."""
        self._ask(CancelOrder(self.account.id, which))

    def transfer(self, amount: str) -> None:
        """Move cash in, or out when negative."""
        self.asked += 1
        self._ask(TransferCash(self.account.id, EntryId(derived(HERE, "entry", self.asked)), Decimal(amount)))

    def asks(self, command: Command) -> None:
        """Ask for anything else."""
        self._ask(command)

    def arrives(self, which: OrderId) -> tuple[Event, ...]:
        """Let an order meet the standing quote at once, as a hand-traded account does."""
        course = met_at_once(self.account, self.order(which), self.view)
        return () if course is None else self._remember(course.happened)

    # --- when the market speaks -----------------------------------------------------------------

    def open(self, price: str, of: Instrument = ACME, *, volume: str | None = None) -> tuple[Event, ...]:
        """Deliver the first price of a bar; the volume is that of the bar before."""
        fact = fact_open(price, self._next(), self.at, of, volume=volume)
        if of.id in self.halted:
            return ()
        self.quotes[of.id] = quote_from_bar(fact.price, self.at, of)
        return self._hear(fact)

    def range(self, low: str, high: str, of: Instrument = ACME, *, volume: str | None = None) -> tuple[Event, ...]:
        """Deliver the range of a bar."""
        fact = fact_range(low, high, self._next(), self.at, of, volume=volume)
        return () if of.id in self.halted else self._hear(fact)

    def close(self, price: str, of: Instrument = ACME, *, volume: str | None = None) -> tuple[Event, ...]:
        """Deliver the last price of a bar."""
        fact = fact_close(price, self._next(), self.at, of, volume=volume)
        if of.id in self.halted:
            return ()
        self.quotes[of.id] = quote_from_bar(fact.price, self.at, of)
        return self._hear(fact)

    def closing(self, price: str, of: Instrument = ACME, *, volume: str | None = None) -> tuple[Event, ...]:
        """Deliver the last price of the session, at the instant of its close."""
        self.at = market_view(at=self.at).day_ends_at - SECOND
        return self.close(price, of, volume=volume)

    def quote(
        self, bid: str, ask: str, sizes: tuple[str, str] | None = None, of: Instrument = ACME
    ) -> tuple[Event, ...]:
        """Deliver a real quote."""
        seq = self._next()
        quote = quote_of(bid, ask, sizes, self.at, of)
        if of.id in self.halted:
            return ()
        self.quotes[of.id] = quote
        return self._hear(fact_quote(quote, seq))

    def chain(self, prices: Mapping[Instrument, tuple[str, str]], sizes: tuple[str, str] | None = None) -> None:
        """Deliver real quotes of several instruments, one right after the other."""
        for of, (bid, ask) in prices.items():
            self.quote(bid, ask, sizes, of)

    def auction(
        self, which: Auction, price: str, of: Instrument = ACME, *, volume: str | None = None
    ) -> tuple[Event, ...]:
        """Deliver the print of an auction, at the instant of its bell."""
        if which is Auction.CLOSING:
            self.at = market_view(at=self.at).day_ends_at
        self.cursor += 1
        units = None if volume is None else Decimal(volume)
        return self._hear(AuctionFact(self.cursor, self.at, of.id, which, Decimal(price), units))

    def halts(self, of: Instrument = ACME, reason: HaltReason = HaltReason.VOLATILITY) -> tuple[Event, ...]:
        """Stop trading in an instrument: from now on the tape has no prices of it."""
        self.halted[of.id] = TradingHalted(self._next(), self.at, of.id, reason)
        return self._hear(self.halted[of.id])

    def resumes(self, of: Instrument = ACME) -> tuple[Event, ...]:
        """Go on trading in an instrument."""
        self.halted.pop(of.id, None)
        return self._hear(TradingResumed(self._next(), self.at, of.id))

    def session_closes(self) -> tuple[Event, ...]:
        """End the session."""
        is_there = not (self.at - FIRST_CLOSE) % DAY
        self.at, self.is_open = self.at if is_there else market_view(at=self.at).day_ends_at, False
        self.cursor += 1
        return self._hear(SessionClosed(self.cursor, self.at, self.at.date()))

    def funding_settles(self) -> tuple[Event, ...]:
        """Settle funding where the clock stands."""
        self.cursor += 1
        return self._hear(FundingSettled(self.cursor, self.at))

    def goes_ex(self, action: CorporateAction) -> tuple[Event, ...]:
        """Begin the market day on which an action takes effect."""
        self.cursor += 1
        return self._hear(CorporateActionFact(self.cursor, self.at, action, Moment.EX))

    def pays(self, action: CorporateAction) -> tuple[Event, ...]:
        """Begin the market day on which a dividend is paid."""
        self.cursor += 1
        return self._hear(CorporateActionFact(self.cursor, self.at, action, Moment.PAY))

    def session_opens(self) -> tuple[Event, ...]:
        """Begin the next session, the morning after."""
        self.at, self.is_open = FIRST_OPEN + ((self.at - FIRST_OPEN) // DAY + 1) * DAY, True
        self.cursor += 1
        return self._hear(SessionOpened(self.cursor, self.at, self.at.date()))

    def days_pass(self, days: int) -> None:
        """Let days go by on which nothing of interest happens; the market is open again after them."""
        self.at += days * DAY

    # --- then -----------------------------------------------------------------------------------

    def order(self, which: OrderId) -> Order:
        """Return an order as it stands now."""
        return self.account.orders[which]

    def position(self, of: Instrument = ACME) -> Position:
        """Return the position in an instrument."""
        return self.account.position(of.id)

    @property
    def fills(self) -> list[Fill]:
        """Return every execution so far, oldest first."""
        return [event.fill for event in self.events if isinstance(event, OrderFilled)]

    @property
    def entries(self) -> list[Entry]:
        """Return the journal, oldest first."""
        return journal(self.events)

    @property
    def postings(self) -> list[Posting]:
        """Return every line of the journal."""
        return [posting for entry in self.entries for posting in entry.postings]

    @property
    def view(self) -> MarketView:
        """Return what somebody who asks now can see."""
        seen = market_view(self.cursor, self.at, self.quotes.values(), is_open=self.is_open)
        halts = dict(self.halted)
        return replace(seen, has_prints=self.has_prints, marks=self.marks, volatilities=self.vols, halts=halts)

    @property
    def marks(self) -> Marks:
        """Return what everything is worth now."""
        marks = {mark.instrument.id: mark for mark in map(mark_of, self.quotes.values())}
        for each in self.fallen & marks.keys():
            marks[each] = replace(marks[each], is_under_price_test=lambda: True)
        return marks

    # --- inside ---------------------------------------------------------------------------------

    def _ask(self, command: Command) -> None:
        view = self.view
        events = decide(self.account, command, view)
        self.told.append((command, view))
        self._remember(events)

    def _hear(self, fact: MarketFact) -> tuple[Event, ...]:
        self.told.append(fact)
        self.marked[fact.seq] = self.marks
        self.quoted[fact.seq] = dict(self.quotes)
        return self._remember(react(self.account, fact, self.marks, self.quoted[fact.seq]))

    def _remember(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        self.account = fold(self.account, events)
        self.events.extend(events)
        return events

    def _next(self) -> int:
        """Move the cursor on by a fact and, while the market is open, the clock by a second."""
        self.cursor += 1
        if self.is_open:
            self.at += SECOND
        return self.cursor


def journal(events: Iterable[Event]) -> list[Entry]:
    """Return the entries that events carry, in their order."""
    return [booking.entry for event in events if (booking := booking_of(event)) is not None]


@dataclass(frozen=True)
class Step:
    """One thing that may happen in a story, by the name of the method that tells it."""

    verb: str
    terms: tuple[object, ...] = ()
    named: Mapping[str, object] = field(default_factory=dict[str, object])

    def tell(self, story: Story) -> None:
        """Tell it; a refusal leaves no trace, which is what the story goes on with."""
        before = story.account
        try:
            getattr(story, self.verb)(*self.terms, **self.named)
        except PaperdeskError:
            assert story.account is before, "a refusal leaves no trace"


def bare(account: Account) -> Account:
    """Return the account as the store loads it for a market fact: orders that ended stay where they are."""
    return replace(account, orders={key: order for key, order in account.orders.items() if order.is_open})
