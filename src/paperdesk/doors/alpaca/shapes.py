"""Alpaca's field names: money and quantities are text, what is not known is null."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.day_result import Opened, held_from
from paperdesk.core.broker.margin import buying_power, overnight_buying_power
from paperdesk.core.broker.orders import Order, OrderClass, OrderStatus, OrderType, TimeInForce
from paperdesk.core.broker.valuation import PositionValue
from paperdesk.core.kernel.money import ZERO, money, plain
from paperdesk.core.kernel.time import instant_text
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.quotes import Bar
from paperdesk.core.market.sessions import Calendar, Session
from paperdesk.features.broker.queries import Worth
from paperdesk.infra.db import Row

NEW_YORK: Final = ZoneInfo("America/New_York")
SEVERAL_LEGS: Final = "mleg"
PERCENT: Final = Decimal(100)
RATE_PLACES: Final = Decimal("0.0000000001")
PRICE_PLACES: Final = Decimal("0.000000001")

CLASSES: Final[Mapping[Kind, str]] = {
    Kind.EQUITY: "us_equity",
    Kind.ETF: "us_equity",
    Kind.FUND: "us_equity",
    Kind.OPTION: "us_option",
    Kind.CRYPTO: "crypto",
}
STATUSES: Final[Mapping[OrderStatus, str]] = {
    OrderStatus.ACCEPTED: "new",
    OrderStatus.PARTIALLY_FILLED: "partially_filled",
    OrderStatus.FILLED: "filled",
    OrderStatus.CANCELLED: "canceled",
    OrderStatus.EXPIRED: "expired",
    OrderStatus.REPLACED: "replaced",
    OrderStatus.REJECTED: "rejected",
}
# Which field tells when an order ended in which way.
ENDINGS: Final[Mapping[OrderStatus, str]] = {
    OrderStatus.FILLED: "filled_at",
    OrderStatus.CANCELLED: "canceled_at",
    OrderStatus.EXPIRED: "expired_at",
    OrderStatus.REPLACED: "replaced_at",
    OrderStatus.REJECTED: "failed_at",
}
# Their lists of types and times are closed, and one unknown word spoils a whole list for their clients.
TYPES: Final[Mapping[OrderType, str]] = {kind: kind.value for kind in OrderType} | {OrderType.MARKET_IF_TOUCHED: "stop"}
TIMES: Final[Mapping[TimeInForce, str]] = {each: each.value for each in TimeInForce} | {TimeInForce.GTD: "gtc"}


def text(number: Decimal | None) -> str | None:
    """Write a number as text."""
    return None if number is None else plain(number)


def ratio(part: Decimal | None, whole: Decimal | None) -> str | None:
    """Write a fraction to ten places, null when there is nothing to compare with."""
    if part is None or not whole:
        return None
    return plain((part / whole).quantize(RATE_PLACES, ROUND_HALF_EVEN))


def in_new_york(instant: datetime) -> str:
    """Write an instant with New York's offset, as the clock does."""
    return instant.astimezone(NEW_YORK).isoformat()


def order_status(order: Order, calendar: Calendar, now: datetime) -> str:
    """Return Alpaca's word for where an order stands at an instant of its market."""
    if order.status is not OrderStatus.ACCEPTED:
        return STATUSES[order.status]
    if order.armed_quantity == ZERO:
        return "held"  # it waits for its entry
    opens_at = order.accepted_at if calendar.is_open(order.accepted_at) else calendar.next_open(order.accepted_at)
    return "accepted" if max(opens_at, order.auction_at or opens_at) > now else "new"


def order_shape(order: Order, calendar: Calendar, now: datetime, legs: Sequence[Order] | None = None) -> dict[str, Any]:
    """Show an order; `legs` are those of several, or the exits that came with it, None when they are not asked for."""
    average = order.average_fill_price
    accepted_at, updated_at = instant_text(order.accepted_at), instant_text(order.updated_at)
    ended = ENDINGS.get(order.status)
    return {
        "id": str(order.id),
        "client_order_id": order.client_order_id,
        "created_at": accepted_at,
        "updated_at": updated_at,
        "submitted_at": accepted_at,
        **{name: updated_at if name == ended else None for name in ENDINGS.values()},
        "expires_at": instant_text(order.expires_at),
        "replaced_by": None if order.replaced_by is None else str(order.replaced_by),
        "replaces": None if order.replaces is None else str(order.replaces),
        "asset_id": "" if order.is_combo else str(order.instrument.id),
        "symbol": "" if order.is_combo else order.instrument.symbol,
        "asset_class": "" if order.is_combo else CLASSES[order.instrument.kind],
        "notional": text(order.notional),
        "qty": text(order.quantity) if order.notional is None else None,
        "filled_qty": plain(order.filled_quantity),
        "filled_avg_price": None if average is None else plain(average.quantize(PRICE_PLACES, ROUND_HALF_EVEN)),
        "order_class": SEVERAL_LEGS if order.order_class is OrderClass.COMBO else order.order_class.value,
        "order_type": "" if order.is_leg else TYPES[order.type],
        "type": "" if order.is_leg else TYPES[order.type],
        "side": "" if order.is_combo else order.side.value,
        "position_intent": None if order.intent is None else order.intent.value,
        "time_in_force": TIMES[order.time_in_force],
        "limit_price": text(order.limit_price),
        "stop_price": text(order.stop_price),
        "status": order_status(order, calendar, now),
        "extended_hours": False,
        "legs": None if legs is None else [order_shape(each, calendar, now) for each in legs],
        "trail_percent": None if order.trail_rate is None else plain(order.trail_rate * PERCENT),
        "trail_price": text(order.trail_amount),
        "hwm": text(order.watermark),
        "ratio_qty": None if order.ratio is None else str(order.ratio),
        "subtag": None,
        "source": None,
    }


def account_shape(account: Row, found: Worth, last_equity: Decimal | None, as_of: str | None) -> dict[str, Any]:
    """Show an account and what it is worth."""
    worth = found.valuation
    values = [each.market_value for each in worth.positions]
    known = None if None in values else [value for value in values if value is not None]
    is_open = account["status"] == "open"
    return {
        "id": str(account["id"]),
        "account_number": account["number"],
        "status": "ACTIVE" if is_open else "ACCOUNT_CLOSED",
        "crypto_status": "ACTIVE" if is_open else "ACCOUNT_CLOSED",
        "currency": account["currency"],
        "cash": plain(account["cash"]),
        "equity": text(worth.equity),
        "last_equity": text(last_equity),
        "portfolio_value": text(worth.equity),
        **_means(found),
        "long_market_value": None if known is None else plain(sum((each for each in known if each > ZERO), ZERO)),
        "short_market_value": None if known is None else plain(sum((each for each in known if each < ZERO), ZERO)),
        "position_market_value": text(worth.market_value),
        "last_maintenance_margin": None,
        "accrued_fees": "0",
        "pending_transfer_in": "0",
        "pending_transfer_out": "0",
        "pending_reg_taf_fees": "0",
        "intraday_adjustments": "0",
        "balance_asof": as_of,
        "shorting_enabled": found.account.rules.margin.is_margined,
        "trading_blocked": not is_open,
        "transfers_blocked": not is_open,
        "account_blocked": not is_open,
        "trade_suspended_by_user": False,
        "options_approved_level": found.account.rules.option_level,
        "options_trading_level": found.account.rules.option_level,
        "created_at": instant_text(account["opened_at"]),
    }


def configuration_shape(rules: Rules) -> dict[str, Any]:
    """Show what an account is like that Alpaca's clients could configure; nothing of it changes by this door."""
    return {
        "fractional_trading": True,
        "max_margin_multiplier": "2" if rules.margin.is_margined else "1",
        "max_options_trading_level": rules.option_level,
        "no_shorting": not rules.margin.is_margined,
        "suspend_trade": False,
        "trade_confirm_email": "none",
        "ptp_no_exception_entry": False,
        "disable_overnight_trading": True,
    }


def _means(found: Worth) -> dict[str, str | None]:
    """Show what an account can buy for; the multiplier is that of Regulation T, which holds over the close."""
    account, stands = found.account, found.standing
    if not account.rules.margin.is_margined:
        free = text(account.buying_power)
        return {
            "buying_power": free,
            "regt_buying_power": free,
            "non_marginable_buying_power": free,
            "options_buying_power": free,
            "multiplier": "1",
            "initial_margin": None,
            "maintenance_margin": None,
            "sma": None,
        }
    excess = None if stands is None else money(max(stands.maintenance_excess - account.held, ZERO), account.currency)
    return {
        "buying_power": text(None if stands is None else buying_power(account, stands)),
        "regt_buying_power": text(overnight_buying_power(account)),
        "non_marginable_buying_power": text(excess),
        "options_buying_power": text(excess),
        "multiplier": "2",
        "initial_margin": text(None if stands is None else money(stands.initial, account.currency)),
        "maintenance_margin": text(None if stands is None else money(stands.maintenance, account.currency)),
        "sma": text(account.book.memorandum),
    }


def position_shape(instrument: Instrument, value: PositionValue, last: Bar | None, opened: Opened) -> dict[str, Any]:
    """Show a position at its mark; `last` is the last bar of the session before, `opened` what came since."""
    position, mark = value.position, value.mark
    average = position.cost / (position.quantity * instrument.multiplier)
    before = None if last is None else last.close
    change = None if mark is None or before is None else mark - before
    began = held_from(position, opened, before, instrument.multiplier)
    today = None if began is None or value.market_value is None else value.market_value - began
    return {
        "asset_id": str(instrument.id),
        "symbol": instrument.symbol,
        "exchange": exchange_of(instrument),
        "asset_class": CLASSES[instrument.kind],
        "asset_marginable": False,
        "avg_entry_price": plain(average.quantize(PRICE_PLACES, ROUND_HALF_EVEN)),
        "qty": plain(position.quantity),
        "qty_available": plain(abs(position.quantity) - position.reserved),
        "side": "long" if position.quantity > ZERO else "short",
        "market_value": text(value.market_value),
        "cost_basis": plain(position.cost),
        "unrealized_pl": text(value.unrealised_pl),
        "unrealized_plpc": ratio(value.unrealised_pl, abs(position.cost)),
        "unrealized_intraday_pl": text(None if today is None else money(today, instrument.currency)),
        "unrealized_intraday_plpc": ratio(today, None if began is None else abs(began)),
        "current_price": text(mark),
        "lastday_price": text(before),
        "change_today": ratio(change, before),
    }


def exchange_of(instrument: Instrument) -> str:
    """Return where an instrument is listed: tapes do not tell, so only crypto has a word."""
    return "CRYPTO" if instrument.kind is Kind.CRYPTO else ""


def asset_shape(instrument: Instrument) -> dict[str, Any]:
    """Show an instrument that can be traded."""
    is_crypto = instrument.kind is Kind.CRYPTO
    return {
        "id": str(instrument.id),
        "class": CLASSES[instrument.kind],
        "exchange": exchange_of(instrument),
        "symbol": instrument.symbol,
        "name": instrument.name,
        "status": "active",
        "tradable": instrument.is_tradable,
        "marginable": False,
        "shortable": False,
        "easy_to_borrow": False,
        "borrow_status": "not_available",
        "fractionable": instrument.lot_step < 1,
        "maintenance_margin_requirement": None,
        "margin_requirement_long": None,
        "margin_requirement_short": None,
        "attributes": [],
        **({"min_order_size": text(instrument.lot_step)} if is_crypto else {}),
        **({"min_trade_increment": text(instrument.lot_step)} if is_crypto else {}),
        **({"price_increment": text(instrument.tick)} if is_crypto else {}),
    }


def clock_shape(calendar: Calendar, at: datetime) -> dict[str, Any]:
    """Show what time it is in the account's market."""
    return {
        "timestamp": in_new_york(at),
        "is_open": calendar.is_open(at),
        "next_open": in_new_york(calendar.next_open(at)),
        "next_close": in_new_york(calendar.next_close(at)),
    }


def session_shape(session: Session, zone: ZoneInfo, settles_on: str | None) -> dict[str, Any]:
    """Show a trading session in the market's local time; nothing here trades outside it."""
    opens, closes = session.opens_at.astimezone(zone), session.closes_at.astimezone(zone)
    return {
        "date": session.on.isoformat(),
        "open": f"{opens:%H:%M}",
        "close": f"{closes:%H:%M}",
        "session_open": f"{opens:%H%M}",
        "session_close": f"{closes:%H%M}",
        "settlement_date": settles_on,
    }


def activity_id(at: datetime, own_id: object) -> str:
    """Return the id of an activity: seventeen digits of its instant, two colons, its own id."""
    return f"{at:%Y%m%d%H%M%S}{at.microsecond // 1000:03}::{own_id}"
