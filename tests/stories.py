"""Given, when, then in the words of the desk: an account, its orders, and what the market told it.

    story = Story(cash="1000")            given
    order_id = story.buy("5")             when somebody asks
    story.open("100")                     when the market speaks
    story.order(order_id).status          then

A story keeps its account the way a live desk does: one happening at a time, every event remembered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from paperdesk.core.broker.account import Account, Position, Rules
from paperdesk.core.broker.commands import CancelOrder, Command, PlaceOrder, TransferCash
from paperdesk.core.broker.engine import arrive, decide, fold, react
from paperdesk.core.broker.events import CashTransferred, Event, Fill, OrderFilled
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.broker.fill_models import IDEAL, FillModel
from paperdesk.core.broker.ledger import Entry, Posting
from paperdesk.core.broker.orders import Order, OrderType, Side, TimeInForce
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import AccountId, EntryId, InstrumentId, OrderId, TapeId, TenantId, derived
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.facts import (
    CloseFact,
    MarketFact,
    OpenFact,
    QuoteFact,
    RangeFact,
    SessionClosed,
    SessionOpened,
)
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.quotes import Quote

HERE = UUID("6f1c6c1e-2f0b-5a57-9a6b-3f6f0f6d0001")

FIRST_OPEN = datetime(2020, 3, 16, 13, 30, tzinfo=UTC)
FIRST_CLOSE = datetime(2020, 3, 16, 20, tzinfo=UTC)
NINETY_DAYS = timedelta(days=90)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def instrument(
    symbol: str, kind: Kind = Kind.EQUITY, *, tick: str = "0.01", lot_step: str = "1", currency: str = "USD"
) -> Instrument:
    """Return an instrument whose id follows from its symbol."""
    return Instrument(
        id=InstrumentId(derived(HERE, "instrument", symbol)),
        symbol=symbol,
        name=symbol.title(),
        kind=kind,
        currency=currency,
        tick=Decimal(tick),
        lot_step=Decimal(lot_step),
    )


ACME = instrument("ACME")
GLOBEX = instrument("GLOBEX", lot_step="0.001")
COIN = instrument("COIN", Kind.CRYPTO, tick="0.00000001", lot_step="0.000000001")
SPX = instrument("SPX", Kind.INDEX)
SAP = instrument("SAP", currency="EUR")
LISTED = {each.symbol: each for each in (ACME, GLOBEX, COIN, SPX, SAP)}

FREE = FeeSchedule()
PER_SHARE = FeeSchedule("per_share", per_share=Decimal("0.005"), fill_minimum=Decimal(1))


def rules(model: FillModel = IDEAL, fees: FeeSchedule = FREE, *, fill_on_arrival: bool = False) -> Rules:
    """Return the rules of an account; ideal and free of fees unless the story is about them."""
    return Rules(model, fees, fill_on_arrival)


def empty_account(account_rules: Rules | None = None) -> Account:
    """Return an account on its first day: no cash, no orders, no events."""
    return Account(
        id=AccountId(derived(HERE, "account")),
        tenant_id=TenantId(derived(HERE, "tenant")),
        tape_id=TapeId(derived(HERE, "tape")),
        currency="USD",
        rules=account_rules or rules(),
        cash=ZERO,
        held=ZERO,
        last_seq=0,
        last_entry=0,
        last_at=FIRST_OPEN,
    )


def order_id(number: int) -> OrderId:
    """Return the id of the n-th order of a story."""
    return OrderId(derived(HERE, "order", number))


def order_of(
    side: Side = Side.BUY,
    quantity: Decimal = Decimal(10),
    limit: Decimal | None = None,
    time_in_force: TimeInForce = TimeInForce.DAY,
) -> Order:
    """Return an order in ACME as it stands when it was just accepted."""
    return Order(
        id=order_id(1),
        account_id=empty_account().id,
        client_order_id="first",
        instrument=ACME,
        side=side,
        type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        quantity=quantity,
        limit_price=limit,
        time_in_force=time_in_force,
        accepted_at=FIRST_OPEN,
        accepted_fact=0,
        accepted_seq=1,
        expires_at=FIRST_CLOSE,
        updated_at=FIRST_OPEN,
        matched_through=0,
    )


def fact_open(price: str, seq: int = 1, at: datetime = FIRST_OPEN, of: Instrument = ACME) -> OpenFact:
    """Return the first price of a bar."""
    return OpenFact(seq, at, of.id, Decimal(price))


def fact_range(low: str, high: str, seq: int = 1, at: datetime = FIRST_OPEN, of: Instrument = ACME) -> RangeFact:
    """Return the lowest and highest price of a bar."""
    return RangeFact(seq, at, of.id, Decimal(low), Decimal(high))


def fact_close(price: str, seq: int = 1, at: datetime = FIRST_OPEN, of: Instrument = ACME) -> CloseFact:
    """Return the last price of a bar."""
    return CloseFact(seq, at, of.id, Decimal(price))


def fact_quote(quote: Quote, seq: int = 1) -> QuoteFact:
    """Return a quote as the tape delivers it."""
    return QuoteFact(seq, quote.at, quote.instrument_id, quote.bid, quote.ask, quote.bid_size, quote.ask_size)


def quote_of(
    bid: str, ask: str, sizes: tuple[str, str] | None = None, at: datetime = FIRST_OPEN, of: Instrument = ACME
) -> Quote:
    """Return a real quote; sizes are those of the bid and of the ask."""
    bid_size, ask_size = (Decimal(sizes[0]), Decimal(sizes[1])) if sizes else (None, None)
    return Quote(of.id, at, Decimal(bid), Decimal(ask), bid_size, ask_size)


def quote_from_bar(price: Decimal, at: datetime = FIRST_OPEN, of: Instrument = ACME) -> Quote:
    """Return what stands for a quote where only bars are known."""
    return Quote(of.id, at, price, price, derived_from="bar")


def market_view(
    cursor: int = 0,
    at: datetime = FIRST_OPEN,
    quotes: Iterable[Quote] = (),
    *,
    is_open: bool = True,
    instruments: Mapping[str, Instrument] = LISTED,
) -> MarketView:
    """Return what a sender could see; a day order works until the next close after `at`."""
    closes_at = FIRST_CLOSE + ((at - FIRST_CLOSE) // DAY + 1) * DAY
    standing = {quote.instrument_id: quote for quote in quotes}
    return MarketView(cursor, at, is_open, closes_at, closes_at + NINETY_DAYS, instruments, standing)


Happening: TypeAlias = tuple[Command, MarketView] | MarketFact


@dataclass
class Story:
    """One account on one tape, told step by step; `told` is all that happened, `events` what followed."""

    cash: str = "10000"
    rules: Rules = field(default_factory=rules)
    told: list[Happening] = field(default_factory=list[Happening])
    events: list[Event] = field(default_factory=list[Event])

    def __post_init__(self) -> None:
        """Open the market on the first day, with a first deposit in the account."""
        self.account = empty_account(self.rules)
        self.cursor = 0
        self.at = FIRST_OPEN
        self.is_open = True
        self.quotes: dict[InstrumentId, Quote] = {}
        self.asked = 0
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
    ) -> OrderId:
        """Send an order; it is a limit order when it has a limit, unless its type is given."""
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
        )
        self._ask(command)
        return command.order_id

    def buy(
        self,
        quantity: str,
        limit: str | None = None,
        time_in_force: TimeInForce = TimeInForce.DAY,
        symbol: str = "ACME",
    ) -> OrderId:
        """Send an order to buy."""
        return self.place(Side.BUY, quantity, limit, time_in_force, symbol)

    def sell(
        self,
        quantity: str,
        limit: str | None = None,
        time_in_force: TimeInForce = TimeInForce.DAY,
        symbol: str = "ACME",
    ) -> OrderId:
        """Send an order to sell."""
        return self.place(Side.SELL, quantity, limit, time_in_force, symbol)

    def cancel(self, which: OrderId) -> None:
        """Take an order off the market."""
        self._ask(CancelOrder(self.account.id, which))

    def transfer(self, amount: str) -> None:
        """Move cash in, or out when negative."""
        self.asked += 1
        self._ask(TransferCash(self.account.id, EntryId(derived(HERE, "entry", self.asked)), Decimal(amount)))

    def arrives(self, which: OrderId, of: Instrument = ACME) -> tuple[Event, ...]:
        """Let an order meet the standing quote at once, as a hand-traded account does."""
        return self._remember(arrive(self.account, which, self.quotes[of.id], self.cursor))

    # --- when the market speaks -----------------------------------------------------------------

    def open(self, price: str, of: Instrument = ACME) -> tuple[Event, ...]:
        """Deliver the first price of a bar."""
        fact = fact_open(price, self._next(), self.at, of)
        self.quotes[of.id] = quote_from_bar(fact.price, self.at, of)
        return self._hear(fact)

    def range(self, low: str, high: str, of: Instrument = ACME) -> tuple[Event, ...]:
        """Deliver the range of a bar."""
        return self._hear(fact_range(low, high, self._next(), self.at, of))

    def close(self, price: str, of: Instrument = ACME) -> tuple[Event, ...]:
        """Deliver the last price of a bar."""
        fact = fact_close(price, self._next(), self.at, of)
        self.quotes[of.id] = quote_from_bar(fact.price, self.at, of)
        return self._hear(fact)

    def quote(
        self, bid: str, ask: str, sizes: tuple[str, str] | None = None, of: Instrument = ACME
    ) -> tuple[Event, ...]:
        """Deliver a real quote."""
        seq = self._next()
        quote = quote_of(bid, ask, sizes, self.at, of)
        self.quotes[of.id] = quote
        return self._hear(fact_quote(quote, seq))

    def session_closes(self) -> tuple[Event, ...]:
        """End the session."""
        self.at, self.is_open = market_view(at=self.at).day_ends_at, False
        self.cursor += 1
        return self._hear(SessionClosed(self.cursor, self.at, self.at.date()))

    def session_opens(self) -> tuple[Event, ...]:
        """Begin the next session, the morning after."""
        self.at, self.is_open = FIRST_OPEN + ((self.at - FIRST_OPEN) // DAY + 1) * DAY, True
        self.cursor += 1
        return self._hear(SessionOpened(self.cursor, self.at, self.at.date()))

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
        return market_view(self.cursor, self.at, self.quotes.values(), is_open=self.is_open)

    # --- inside ---------------------------------------------------------------------------------

    def _ask(self, command: Command) -> None:
        view = self.view
        events = decide(self.account, command, view)
        self.told.append((command, view))
        self._remember(events)

    def _hear(self, fact: MarketFact) -> tuple[Event, ...]:
        self.told.append(fact)
        return self._remember(react(self.account, fact))

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
    return [event.entry for event in events if isinstance(event, OrderFilled | CashTransferred)]


@dataclass(frozen=True)
class Step:
    """One thing that may happen in a story, by the name of the method that tells it."""

    verb: str
    terms: tuple[object, ...] = ()

    def tell(self, story: Story) -> None:
        """Tell it; a refusal leaves no trace, which is what the story goes on with."""
        before = story.account
        try:
            getattr(story, self.verb)(*self.terms)
        except PaperdeskError:
            assert story.account is before, "a refusal leaves no trace"


def bare(account: Account) -> Account:
    """Return the account as the store loads it for a market fact: orders that ended stay where they are."""
    return replace(account, orders={key: order for key, order in account.orders.items() if order.is_open})
