"""Every hypothesis strategy, one place.

Decimals are made of integers, so that they are exact and shrink to small numbers.
"""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from paperdesk.core.broker.bar_path import BarPath
from paperdesk.core.broker.commands import ChooseLeverage, StopLoss, TakeProfit
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.broker.fill_models import FILL_MODELS
from paperdesk.core.broker.lots import Lot, LotMethod
from paperdesk.core.broker.margin_book import MarginMode
from paperdesk.core.broker.margin_rules import BorrowTable, FundingRate, MarginKind, MarginRegime, MarginRules
from paperdesk.core.broker.orders import (
    CONDITIONAL,
    LASTING,
    Order,
    OrderClass,
    OrderKind,
    OrderType,
    Role,
    Side,
    TimeInForce,
    TriggerSource,
)
from paperdesk.core.kernel.ids import ENTROPY_BYTES, LotId, derived
from paperdesk.core.kernel.money import CURRENCY_EXPONENTS
from paperdesk.core.market.corporate_actions import (
    CashDividend,
    CorporateAction,
    Delisting,
    Merger,
    ShareDividend,
    SpinOff,
    Split,
    SymbolChange,
)
from paperdesk.core.market.facts import PriceFact
from paperdesk.core.market.instruments import Instrument
from tests import scenery
from tests.stories import Step


def decimals(low: int, high: int, places: int) -> st.SearchStrategy[Decimal]:
    """Return decimals from low to high units of the last place; 1 to 100 at 2 places is 0.01 to 1.00."""
    return st.integers(low, high).map(lambda units: Decimal(units).scaleb(-places))


def texts(low: int, high: int, places: int) -> st.SearchStrategy[str]:
    """Return the same decimals as people write them."""
    return decimals(low, high, places).map(str)


# --- kernel -------------------------------------------------------------------------------------

currencies = st.sampled_from(sorted(CURRENCY_EXPONENTS))
entropies = st.binary(min_size=ENTROPY_BYTES, max_size=ENTROPY_BYTES)
# A day after the epoch: at its first midnight it has not begun yet east of Greenwich.
instants = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.timezones())  # noqa: DTZ001 - hypothesis adds the zone
moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as above
amounts = decimals(-(10**14), 10**14, 4)
numbers = st.integers(-(10**15) + 1, 10**15 - 1).flatmap(
    lambda units: st.integers(0, 18).map(lambda places: Decimal(units).scaleb(-places))
)

# --- broker -------------------------------------------------------------------------------------

account_rules = st.builds(
    scenery.rules,
    st.sampled_from(list(FILL_MODELS.values())),
    st.sampled_from([scenery.FREE, scenery.PER_SHARE, FeeSchedule("flat", order_minimum=Decimal("0.35"))]),
    lot_method=st.sampled_from(LotMethod),
    bar_path=st.sampled_from(BarPath),
    margin=st.sampled_from(
        [
            MarginRules(),
            MarginRules(),
            *(MarginRules(MarginKind.REG_T, each) for each in MarginRegime),
            MarginRules(MarginKind.REG_T, funding=FundingRate(Decimal("0.03"))),
            MarginRules(
                MarginKind.REG_T, borrow=BorrowTable(rates={"ACME": Decimal("0.05")}, recall_rate=Decimal("0.5"))
            ),
        ]
    ),
)

prices = texts(300, 2000, 2)
wide_prices = texts(1, 100_000, 2)
sizes = st.tuples(texts(0, 40, 0), texts(0, 40, 0))
sides = st.sampled_from(list(Side))
times_in_force = st.sampled_from([TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK])
lasting = st.sampled_from(sorted(LASTING))
limits = st.none() | prices
quantities = {
    scenery.ACME.symbol: texts(1, 60, 0),
    scenery.GLOBEX.symbol: texts(1000, 60_000, 3),
    scenery.COIN.symbol: texts(1, 9_000_000, 3),
}
instruments = st.sampled_from([scenery.ACME, scenery.GLOBEX, scenery.COIN])
symbols = st.sampled_from(sorted(quantities))
transfers = texts(-200_000, 200_000, 2)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[str, str]:
    """Return a low and a high that is not below it."""
    low, high = sorted([Decimal(draw(prices)), Decimal(draw(prices))])
    return str(low), str(high)


@st.composite
def placements(draw: st.DrawFn) -> Step:
    """Return an order somebody might send."""
    symbol = draw(symbols)
    return Step("place", (draw(sides), draw(quantities[symbol]), draw(limits), draw(times_in_force), symbol))


@st.composite
def conditionals(draw: st.DrawFn) -> Step:
    """Return an order that waits for a price, or that trails one."""
    symbol, kind = draw(symbols), draw(st.sampled_from(sorted(CONDITIONAL)))
    terms: dict[str, object] = {"time_in_force": draw(lasting), "order_type": kind}
    if kind is OrderType.TRAILING_STOP:
        terms |= draw(st.sampled_from([{"trail_amount": "0.50"}, {"trail_rate": "0.05"}, {"trail_rate": "0.333"}]))
    else:
        terms["stop_price"] = draw(prices)
    limit = draw(prices) if kind is OrderType.STOP_LIMIT else None
    terms |= draw(st.sampled_from([{}, {"trigger_source": TriggerSource.QUOTE}, {"trigger_source": TriggerSource.MID}]))
    if limit is None:
        terms |= draw(st.sampled_from([{}, {"protection_rate": "0.01"}, {"protection_rate": "0.2"}]))
    return Step("place", (draw(sides), draw(quantities[symbol]), limit), {**terms, "symbol": symbol})


@st.composite
def groups(draw: st.DrawFn) -> Step:
    """Return an order with exits, to buy or to sell short; most have them on the right side."""
    symbol, order_class = (
        draw(symbols),
        draw(st.sampled_from(sorted(set(OrderClass) - {OrderClass.SIMPLE, OrderClass.COMBO}))),
    )
    is_short = draw(st.sampled_from([False, False, True]))
    stop, entry, target = sorted((draw(prices), draw(prices), draw(prices)), key=Decimal, reverse=is_short)
    enters, leaves = ("sell", "buy") if is_short else ("buy", "sell")
    loss = StopLoss(Decimal(stop), draw(st.sampled_from([None, None, Decimal(stop), Decimal(entry)])))
    terms = {"symbol": symbol, "time_in_force": draw(lasting), "order_class": order_class}
    quantity = draw(quantities[symbol])
    if order_class is OrderClass.OCO:
        return Step(leaves, (quantity, target), {**terms, "stop_loss": loss})
    exits_of_class = {"take_profit": TakeProfit(Decimal(target)), "stop_loss": loss}
    if order_class is OrderClass.OTO:
        exits_of_class.pop(draw(st.sampled_from(sorted(exits_of_class))))
    kind = draw(st.sampled_from([OrderType.MARKET, OrderType.LIMIT, OrderType.STOP]))
    if kind is OrderType.STOP:
        terms |= {"order_type": kind, "stop_price": entry}
    return Step(enters, (quantity, entry if kind is OrderType.LIMIT else None), {**terms, **exits_of_class})


@st.composite
def specials(draw: st.DrawFn) -> Step:
    """Return an order by money, for an auction, to a date, or one that only gives or only reduces."""
    symbol, limit = draw(symbols), draw(limits)
    terms: dict[str, object] = draw(
        st.sampled_from(
            [
                {"time_in_force": TimeInForce.OPG},
                {"time_in_force": TimeInForce.CLS},
                {"time_in_force": TimeInForce.GTD, "expires_on": scenery.FIRST_CLOSE.date()},
                {"post_only": True},
                {"reduce_only": True},
                {"protection_rate": "0.01"},
                {"notional": draw(texts(100, 50_000, 2))},
            ]
        )
    )
    by_money = "notional" in terms
    quantity, limit = ("0", None) if by_money else (draw(quantities[symbol]), limit)
    side = Side.BUY if by_money else draw(sides)
    return Step("place", (side, quantity, limit), {**terms, "symbol": symbol})


def _leg_text(ratio: int, of: Instrument) -> str:
    return f"{ratio * (100 if of == scenery.ACME else 1):+d} {of.symbol}"


@st.composite
def combos(draw: st.DrawFn) -> Step:
    """Return a combo of options on ACME, perhaps with its shares; some ask for what does not fit."""
    of = draw(st.lists(st.sampled_from([*scenery.CHAIN, scenery.ACME]), min_size=2, max_size=4, unique=True))
    ratios = st.sampled_from([1, 1, -1, -1, 2, -2, -3])
    words = " ".join(_leg_text(draw(ratios), each) for each in of)
    net = draw(st.none() | texts(-800, 800, 2))
    return Step("combo", (words, net, draw(texts(1, 4, 0))), {"time_in_force": draw(times_in_force)})


@st.composite
def chains(draw: st.DrawFn) -> Step:
    """Return quotes of some of the options on ACME, or all, and of the shares themselves."""
    of = draw(st.lists(st.sampled_from([*scenery.CHAIN, scenery.ACME]), min_size=2, unique=True))
    spans = {each: draw(st.tuples(st.integers(0, 500), st.integers(0, 40))) for each in of}
    given = {each: (str(Decimal(low) / 100), str(Decimal(low + width) / 100)) for each, (low, width) in spans.items()}
    return Step("chain", (given, draw(st.none() | sizes)))


order_ids = st.builds(
    lambda number, role: scenery.order_id(number) if role is None else scenery.leg(scenery.order_id(number), role),
    st.integers(1, 12),
    st.sampled_from([None, None, Role.TAKE_PROFIT, Role.STOP_LOSS]),
)


@st.composite
def replacements(draw: st.DrawFn) -> Step:
    """Return a change of an order: usually of one thing, perhaps of one it does not have."""
    changes = {
        "quantity": texts(1, 60, 0),
        "limit_price": prices,
        "stop_price": prices,
        "trail": st.sampled_from(["0.30", "0.07"]),
        "time_in_force": st.sampled_from([TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC]),
    }
    named = draw(st.lists(st.sampled_from(sorted(changes)), min_size=1, max_size=2, unique=True))
    return Step("replace", (draw(order_ids),), {name: draw(changes[name]) for name in named})


exits = st.one_of(
    st.builds(lambda *which: Step("cancel_all", which), st.none() | symbols, st.none() | st.sampled_from(OrderKind)),
    st.builds(
        lambda symbol, percent, cancel: Step(
            "closes_position", (symbol,), {"cancel_orders": cancel, **({"percent": percent} if percent else {})}
        ),
        symbols,
        st.none() | texts(1, 100, 0),
        st.booleans(),
    ),
)
leverages = st.builds(
    lambda symbol, *terms: Step("asks", (ChooseLeverage(scenery.empty_account().id, symbol, *terms),)),
    st.sampled_from([scenery.COIN.symbol, scenery.COIN.symbol, scenery.COIN.symbol, scenery.ACME.symbol]),
    st.sampled_from([1, 2, 3, 10, 50, 125, 126]),
    st.sampled_from([None, None, MarginMode.ISOLATED, MarginMode.ISOLATED, MarginMode.CROSS]),
)
cancellations = order_ids.map(lambda which: Step("cancel", (which,)))
moves_of_cash = transfers.map(lambda amount: Step("transfer", (amount,)))
volumes = st.none() | st.none() | texts(0, 5000, 0)
prints = st.builds(
    lambda verb, price, of, volume: Step(verb, (price, of), {"volume": volume}),
    st.sampled_from(["open", "close", "close", "closing"]),
    prices,
    instruments,
    volumes,
)
bar_ranges = st.builds(
    lambda pair, of, volume: Step("range", (*pair, of), {"volume": volume}), ranges(), instruments, volumes
)
quotes = st.builds(lambda pair, size, of: Step("quote", (*pair, size, of)), ranges(), st.none() | sizes, instruments)
bells = st.sampled_from([Step("session_closes"), Step("session_opens"), Step("funding_settles")])
market_moves = st.one_of(prints, bar_ranges, quotes, bells)
asked = st.one_of(placements(), conditionals(), groups(), specials(), replacements(), combos(), exits, cancellations)
steps = st.one_of(placements(), asked, prints, bar_ranges, quotes, chains(), moves_of_cash, bells)


@st.composite
def lots(draw: st.DrawFn) -> tuple[Lot, ...]:
    """Return the lots of a position, oldest first."""
    holdings = draw(st.lists(st.tuples(decimals(1, 10**6, 3), decimals(0, 10**8, 2)), min_size=1, max_size=6))
    return tuple(
        Lot(LotId(derived(scenery.HERE, "lot", number)), scenery.FIRST_OPEN, number, quantity, cost)
        for number, (quantity, cost) in enumerate(holdings, 1)
    )


@st.composite
def working_orders(draw: st.DrawFn) -> Order:
    """Return an accepted order in ACME."""
    limit = draw(st.none() | decimals(1, 3000, 2))
    return scenery.order_of(draw(sides), draw(decimals(1, 60, 0)), limit, draw(times_in_force))


@st.composite
def price_facts(draw: st.DrawFn) -> PriceFact:
    """Return one fact about ACME that an order can meet."""
    low, high = draw(ranges())
    volume = draw(volumes)
    facts: list[PriceFact] = [
        scenery.fact_open(low, volume=volume),
        scenery.fact_close(high, volume=volume),
        scenery.fact_range(low, high, volume=volume),
        scenery.fact_quote(scenery.quote_of(low, high, draw(st.none() | sizes))),
    ]
    return draw(st.sampled_from(facts))


@st.composite
def waiting_orders(draw: st.DrawFn) -> Order:
    """Return an accepted order in ACME that waits for a price."""
    kind = draw(st.sampled_from([OrderType.STOP, OrderType.STOP_LIMIT, OrderType.MARKET_IF_TOUCHED]))
    limit = draw(prices) if kind is OrderType.STOP_LIMIT else None
    return scenery.stop_of(kind, draw(sides), draw(prices), limit)


# --- corporate actions --------------------------------------------------------------------------

split_terms = st.tuples(decimals(1, 20, 0), decimals(1, 20, 0)).filter(lambda pair: pair[0] != pair[1])
splits = split_terms.map(lambda pair: Split(*pair))
share_dividends = st.builds(ShareDividend, decimals(1, 2000, 3))
resizing_terms = st.one_of(splits, share_dividends)
rates = decimals(1, 5000, 3)
spin_offs = st.builds(SpinOff, st.just(scenery.GLOBEX), rates, st.none() | decimals(0, 100, 2))
mergers = st.one_of(
    st.builds(Merger, decimals(1, 5000, 2)),
    st.builds(Merger, decimals(0, 5000, 2), st.just(scenery.GLOBEX), rates),
)
action_terms = st.one_of(
    st.builds(CashDividend, decimals(1, 500, 2), st.booleans()),
    resizing_terms,
    spin_offs,
    mergers,
    st.just(SymbolChange(scenery.GLOBEX)),
    st.builds(Delisting, st.none() | decimals(0, 500, 2)),
)


@st.composite
def actions(draw: st.DrawFn) -> CorporateAction:
    """Return any action on ACME; fractions are worth a stated price, or what the market says."""
    return scenery.action_of(draw(action_terms), nth=draw(st.integers(1, 1000)), in_lieu_price=draw(st.none() | prices))
