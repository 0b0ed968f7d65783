"""What stories are made of: instruments, an empty account, an order, facts and views.

Everything has a plain default, so that a test names only what it is about.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.bar_path import BarPath
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.broker.fill_models import IDEAL, FillModel
from paperdesk.core.broker.lots import LotMethod
from paperdesk.core.broker.margin_rules import BorrowTable, InterestRates, MarginKind, MarginRegime, MarginRules
from paperdesk.core.broker.marks import LAST_PRINT, QUOTE_MID, Mark
from paperdesk.core.broker.orders import Order, OrderType, Role, Side, TimeInForce
from paperdesk.core.broker.risk_rules import RiskMode, RiskRules
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.ids import AccountId, InstrumentId, OrderId, TapeId, TenantId, derived
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import (
    ActionTerms,
    AdjustedSeries,
    CorporateAction,
    action_id,
)
from paperdesk.core.market.facts import (
    CloseFact,
    OpenFact,
    QuoteFact,
    RangeFact,
)
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.options import Right, listed, occ_symbol
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


def option(right: str, strike: str, *, days: int = 0, root: str = "ACME") -> Instrument:
    """Return an option that ends so many days after the first session."""
    side = Right.CALL if right == "C" else Right.PUT
    contract = listed(root, FIRST_CLOSE.date() + timedelta(days=days), side, Decimal(strike))
    of = InstrumentId(derived(HERE, "instrument", contract.underlying))
    return replace(instrument(occ_symbol(contract), Kind.OPTION), contract=contract, underlying_id=of)


ACME = instrument("ACME")
GLOBEX = instrument("GLOBEX", lot_step="0.001")
FUND = instrument("FUND", Kind.ETF)
COIN = instrument("COIN", Kind.CRYPTO, tick="0.00000001", lot_step="0.000000001")
CALL = instrument("ACME_CALL", Kind.OPTION)
SPX = instrument("SPX", Kind.INDEX)
SAP = instrument("SAP", currency="EUR")
OPTIONS = (
    *(option(right, strike, days=days) for right in "CP" for strike in ("95", "100", "105") for days in (0, 1, 30)),
    option("C", "100", root="SPXW"),
    option("C", "100", root="SPX"),
)
# Options on ACME that a story with combos quotes.
CHAIN = tuple(option(right, strike, days=30) for right in "CP" for strike in ("95", "100", "105"))
LISTED = {each.symbol: each for each in (ACME, GLOBEX, FUND, COIN, CALL, SPX, SAP, *OPTIONS)}

FREE = FeeSchedule()
PER_SHARE = FeeSchedule("per_share", per_share=Decimal("0.005"), order_minimum=Decimal(1))


def free(kind: MarginKind, regime: MarginRegime = MarginRegime.REALTIME_BLOCK) -> MarginRules:
    """Return margin rules under which owing costs nothing; most stories are not about it."""
    return MarginRules(kind, regime, BorrowTable(ZERO), InterestRates(ZERO))


def reg_t(regime: MarginRegime = MarginRegime.REALTIME_BLOCK) -> MarginRules:
    """Return the rules of an account that may owe."""
    return free(MarginKind.REG_T, regime)


NO_RISK = RiskRules(RiskMode.OFF)
CASH_ONLY, REG_T = free(MarginKind.CASH), reg_t()


def rules(
    model: FillModel = IDEAL,
    fees: FeeSchedule = FREE,
    *,
    fill_on_arrival: bool = False,
    margin: MarginRules = CASH_ONLY,
    seed: int = 0,
    lot_method: LotMethod = LotMethod.FIFO,
    risk: RiskRules = NO_RISK,
    bar_path: BarPath = BarPath.NEUTRAL,
) -> Rules:
    """Return the rules of an account; ideal, free of fees and without margin unless the story is about them."""
    return Rules(
        fill_model=model,
        fees=fees,
        fill_on_arrival=fill_on_arrival,
        margin=margin,
        seed=seed,
        lot_method=lot_method,
        risk=risk,
        bar_path=bar_path,
    )


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
    *,
    order_type: OrderType | None = None,
) -> Order:
    """Return an order in ACME as it stands when it was just accepted."""
    return Order(
        id=order_id(1),
        account_id=empty_account().id,
        client_order_id="first",
        instrument=ACME,
        side=side,
        type=order_type or (OrderType.MARKET if limit is None else OrderType.LIMIT),
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


def stop_of(kind: OrderType, side: Side, stop: str, limit: str | None = None) -> Order:
    """Return an order in ACME that waits for its stop price."""
    order = order_of(side, limit=None if limit is None else Decimal(limit), order_type=kind)
    return replace(order, stop_price=Decimal(stop))


def fact_open(
    price: str, seq: int = 1, at: datetime = FIRST_OPEN, of: Instrument = ACME, *, volume: str | None = None
) -> OpenFact:
    """Return the first price of a bar; the volume is that of the bar before."""
    return OpenFact(seq, at, of.id, Decimal(price), None if volume is None else Decimal(volume))


def fact_range(
    low: str, high: str, seq: int = 1, at: datetime = FIRST_OPEN, of: Instrument = ACME, *, volume: str | None = None
) -> RangeFact:
    """Return the lowest and highest price of a bar."""
    return RangeFact(seq, at, of.id, Decimal(low), Decimal(high), None if volume is None else Decimal(volume))


def fact_close(
    price: str, seq: int = 1, at: datetime = FIRST_OPEN, of: Instrument = ACME, *, volume: str | None = None
) -> CloseFact:
    """Return the last price of a bar."""
    return CloseFact(seq, at, of.id, Decimal(price), None if volume is None else Decimal(volume))


def fact_quote(quote: Quote, seq: int = 1) -> QuoteFact:
    """Return a quote as the tape delivers it."""
    return QuoteFact(seq, quote.at, quote.instrument_id, quote.bid, quote.ask, quote.bid_size, quote.ask_size)


def quote_of(
    bid: str, ask: str, sizes: tuple[str, str] | None = None, at: datetime = FIRST_OPEN, of: Instrument = ACME
) -> Quote:
    """Return a real quote; sizes are those of the bid and of the ask."""
    bid_size, ask_size = (Decimal(sizes[0]), Decimal(sizes[1])) if sizes else (None, None)
    return Quote(of.id, at, Decimal(bid), Decimal(ask), bid_size, ask_size)


def mark_of(quote: Quote) -> Mark:
    """Return what an instrument is worth at the middle of a quote."""
    of = next(each for each in LISTED.values() if each.id == quote.instrument_id)
    return Mark(of, quote.mid, QUOTE_MID if quote.derived_from is None else LAST_PRINT, quote.at)


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
    opens_at = FIRST_OPEN + ((at - FIRST_OPEN) // DAY + 1) * DAY
    return MarketView(
        cursor=cursor,
        at=at,
        is_open=is_open,
        day_ends_at=closes_at,
        long_ends_at=closes_at + NINETY_DAYS,
        instruments=instruments,
        quotes={quote.instrument_id: quote for quote in quotes},
        next_open_at=opens_at,
        opening_ends_at=opens_at + (FIRST_CLOSE - FIRST_OPEN),
        date_ends_at={(closes_at + n * DAY).date(): closes_at + n * DAY for n in (-1, 0, 1, 2, 99)},
    )


def action_of(
    terms: ActionTerms,
    of: Instrument = ACME,
    *,
    nth: int = 1,
    in_lieu_price: str | None = None,
    series: tuple[AdjustedSeries, ...] = (),
) -> CorporateAction:
    """Return an action that takes effect on the day after the first."""
    ex_on = (FIRST_OPEN + DAY).date()
    return CorporateAction(
        id=action_id(of.id, type(terms).__name__, ex_on, nth),
        instrument=of,
        terms=terms,
        ex_on=ex_on,
        in_lieu_price=None if in_lieu_price is None else Decimal(in_lieu_price),
        series=series,
    )


def leg(which: OrderId, role: Role) -> OrderId:
    """Return the id of an exit that came with an order."""
    return OrderId(derived(which, role.value))
