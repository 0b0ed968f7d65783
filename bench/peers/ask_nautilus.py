"""Run the crossing averages with nautilus_trader, in its own environment: `ask_nautilus.py bars.npz rounds`.

It fills what a bar brings about at that bar's close. So a quote stands at each open, at which an order from the close
before arrives.
"""

import json
import sys
import time
from collections.abc import Mapping
from decimal import Decimal

import numpy as np
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.backtest.models import LatencyModel
from nautilus_trader.common.config import LoggingConfig
from nautilus_trader.indicators import SimpleMovingAverage
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import Bar, BarType, QuoteTick
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import Equity
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

FAST, SLOW, TIE = 10, 30, 1e-6
VENUE, CASH = Venue("XNYS"), Money(1_000_000, USD)
ACME = Equity(
    InstrumentId(Symbol("ACME"), VENUE),
    Symbol("ACME"),
    USD,
    price_precision=2,
    price_increment=Price(0.01, 2),
    lot_size=Quantity.from_int(1),
    ts_event=0,
    ts_init=0,
    maker_fee=Decimal("0.001"),
    taker_fee=Decimal("0.001"),
)
BARS = BarType.from_str(f"{ACME.id}-1-DAY-LAST-EXTERNAL")
LOT, PLENTY = Quantity.from_int(100), Quantity.from_int(1_000_000)


class Cross(Strategy):
    """Long while the fast one stands above; a tie changes nothing."""

    def on_start(self) -> None:
        """Declare both averages."""
        self.fast, self.slow = SimpleMovingAverage(FAST), SimpleMovingAverage(SLOW)
        for each in (self.fast, self.slow):
            self.register_indicator_for_bars(BARS, each)
        self.subscribe_bars(BARS)

    def on_bar(self, bar: Bar) -> None:  # noqa: ARG002 - the averages have seen it
        """Buy a hundred, or sell them."""
        if not self.slow.initialized:
            return
        apart, is_flat = self.fast.value - self.slow.value, self.portfolio.is_flat(ACME.id)
        if apart > TIE and is_flat:
            self.order(OrderSide.BUY)
        elif apart < -TIE and not is_flat:
            self.order(OrderSide.SELL)

    def order(self, side: OrderSide) -> None:
        """Order at the market."""
        self.submit_order(self.order_factory.market(ACME.id, side, LOT))


def events_of(bars: Mapping[str, np.ndarray]) -> list[QuoteTick | Bar]:
    """Return bars as objects, and before each a quote at its open, just after the close before."""
    opened, high, low, close = (
        [Price(cents / 100, 2) for cents in bars[name].tolist()] for name in ("open", "high", "low", "close")
    )
    begins, ends = (bars[name] * 1000 for name in ("open_at", "at"))
    quotes = [
        QuoteTick(ACME.id, price, price, PLENTY, PLENTY, at, at)
        for price, at in zip(opened, (begins + 1000).tolist(), strict=True)
    ]
    closed = [
        Bar(BARS, *prices, PLENTY, at, at) for *prices, at in zip(opened, high, low, close, ends.tolist(), strict=True)
    ]
    return [each for both in zip(quotes, closed, strict=True) for each in both]


def blank_engine() -> BacktestEngine:
    """Return an engine with an account and a strategy; orders take a nanosecond, so that they miss the close."""
    engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True), run_analysis=False))
    engine.add_venue(
        VENUE,
        OmsType.NETTING,
        AccountType.CASH,
        [CASH],
        base_currency=USD,
        latency_model=LatencyModel(1),
        bar_execution=False,
    )
    engine.add_instrument(ACME)
    engine.add_strategy(Cross())
    return engine


def measured(engine: BacktestEngine) -> None:
    """Work out its statistics once; by itself an engine does it to log them, and anew to tell them."""
    positions = [*engine.cache.position_snapshots(), *engine.cache.positions()]
    engine.portfolio.analyzer.calculate_statistics(engine.portfolio.account(VENUE), positions)
    engine.get_result()


def main() -> None:
    """Print milliseconds, fills and the equity at the end as JSON; making objects and an engine is not counted."""
    bars, rounds = np.load(sys.argv[1]), int(sys.argv[2])
    events, taken, fills, equity = events_of(bars), [], 0, 0.0
    for _ in range(rounds):
        engine = blank_engine()
        started = time.perf_counter()
        engine.add_data(events)
        engine.run()
        measured(engine)
        taken.append(1000 * (time.perf_counter() - started))
        held = sum(float(each.signed_qty) for each in engine.cache.positions_open())
        cash = engine.portfolio.account(VENUE).balance_total(USD).as_double()
        fills = sum(each.is_closed for each in engine.cache.orders())
        equity = cash + held * bars["close"][-1].item() / 100
        engine.dispose()
    print(json.dumps({"ms": min(taken), "fills": fills, "equity": equity}))


if __name__ == "__main__":
    main()
