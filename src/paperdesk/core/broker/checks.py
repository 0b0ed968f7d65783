"""Pre-trade checks, in fixed precedence: same request, same state, same refusal.

1  the account can trade the instrument  5  the market is open for immediate orders
2  the quantity makes sense              6  a price is known to reserve buying power at
3  the limit price fits the type         7  there are units to sell, or cash to buy with
4  the limit price is on the tick
"""

from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.fill_models import crossed_price
from paperdesk.core.broker.holds import cash_needed
from paperdesk.core.broker.orders import IMMEDIATE, OrderType, Side
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.money import ZERO, money, plain
from paperdesk.core.market.instruments import Instrument


class InstrumentNotTradable(Conflict):
    """The instrument can be watched but not traded, such as an index."""


class CurrencyNotHeld(Conflict):
    """The instrument is priced in a currency that the account does not keep."""


class QuantityNotPositive(Invalid):
    """The quantity of an order must be above zero; the side says which way it goes."""


class QuantityTooPrecise(Invalid):
    """The quantity has more digits than the instrument is traded in."""


class LimitPriceMissing(Invalid):
    """A limit order needs a limit price."""


class LimitPriceNotAllowed(Invalid):
    """A market order takes no limit price."""


class PriceNotPositive(Invalid):
    """A price must be above zero."""


class PriceOffTick(Invalid):
    """The price is not a multiple of the instrument's smallest price step."""


class MarketClosed(Conflict):
    """Orders that must fill at once are refused while the market is closed."""


class NoPriceYet(Conflict):
    """The tape has no price for the instrument yet, so buying power cannot be reserved."""


class InsufficientShares(Conflict):
    """There are fewer units than the order would sell; selling short is not possible here."""


class InsufficientBuyingPower(Conflict):
    """The order needs more cash than is free."""


class AmountZero(Invalid):
    """A transfer must move something."""


class AmountTooPrecise(Invalid):
    """The amount is finer than the currency's smallest unit."""


class InsufficientCash(Conflict):
    """The withdrawal is more than the cash that is free."""


def check_order(account: Account, command: PlaceOrder, instrument: Instrument, view: MarketView) -> Decimal | None:
    """Run every check in order; return the price buying power is reserved at (None for a sell)."""
    _check_instrument(account, instrument)
    _check_quantity(command.quantity, instrument)
    _check_limit_price(command, instrument)
    if command.time_in_force in IMMEDIATE and not view.is_open:
        raise MarketClosed(
            f"The market is closed, and an {command.time_in_force.value} order cannot wait.",
            time_in_force=command.time_in_force.value,
        )
    if command.side is Side.SELL:
        _check_units(account, command, instrument)
        return None
    return _check_cash(account, command, instrument, view)


def check_transfer(account: Account, amount: Decimal) -> None:
    """Refuse a transfer of nothing, of fractions of a cent, or of cash that is not free."""
    if amount == ZERO:
        raise AmountZero("A transfer of zero moves nothing.")
    if amount != money(amount, account.currency):
        raise AmountTooPrecise(
            f"{plain(amount)} is finer than {account.currency} can be.", amount=plain(amount), currency=account.currency
        )
    if amount < ZERO and -amount > account.buying_power:
        raise InsufficientCash(
            f"{plain(-amount)} {account.currency} is more than the {plain(account.buying_power)} that is free.",
            needed=plain(-amount),
            available=plain(account.buying_power),
        )


def _check_instrument(account: Account, instrument: Instrument) -> None:
    if not instrument.is_tradable:
        raise InstrumentNotTradable(
            f"{instrument.symbol} is of the kind {instrument.kind.value!r}; it can be watched, not traded.",
            symbol=instrument.symbol,
        )
    if instrument.currency != account.currency:
        raise CurrencyNotHeld(
            f"{instrument.symbol} is priced in {instrument.currency}, and the account keeps {account.currency}.",
            symbol=instrument.symbol,
            currency=instrument.currency,
        )


def _check_quantity(quantity: Decimal, instrument: Instrument) -> None:
    if quantity <= ZERO:
        raise QuantityNotPositive("The quantity must be above zero.", quantity=plain(quantity))
    if quantity % instrument.lot_step:
        raise QuantityTooPrecise(
            f"{instrument.symbol} is traded in steps of {plain(instrument.lot_step)}.",
            quantity=plain(quantity),
            lot_step=plain(instrument.lot_step),
        )


def _check_limit_price(command: PlaceOrder, instrument: Instrument) -> None:
    price = command.limit_price
    if command.type is OrderType.MARKET:
        if price is not None:
            raise LimitPriceNotAllowed("A market order takes no limit price.")
        return
    if price is None:
        raise LimitPriceMissing("A limit order needs a limit price.")
    if price <= ZERO:
        raise PriceNotPositive("The limit price must be above zero.", limit_price=plain(price))
    if price % instrument.tick:
        raise PriceOffTick(
            f"{plain(price)} is not a multiple of {plain(instrument.tick)}.",
            limit_price=plain(price),
            tick=plain(instrument.tick),
        )


def _check_units(account: Account, command: PlaceOrder, instrument: Instrument) -> None:
    position = account.position(instrument.id)
    if command.quantity > position.sellable:
        raise InsufficientShares(
            f"The order sells {plain(command.quantity)} {instrument.symbol}, and {plain(position.sellable)} are free.",
            needed=plain(command.quantity),
            available=plain(position.sellable),
            symbol=instrument.symbol,
        )


def _check_cash(account: Account, command: PlaceOrder, instrument: Instrument, view: MarketView) -> Decimal:
    price = command.limit_price or _market_price(account, instrument, view)
    needed = cash_needed(account, price, command.quantity)
    if needed > account.buying_power:
        raise InsufficientBuyingPower(
            f"The order needs {plain(needed)} {account.currency}, and {plain(account.buying_power)} is free.",
            needed=plain(needed),
            available=plain(account.buying_power),
            rule="cash_account",
        )
    return price


def _market_price(account: Account, instrument: Instrument, view: MarketView) -> Decimal:
    quote = view.quotes.get(instrument.id)
    if quote is None:
        raise NoPriceYet(f"{instrument.symbol} has no price on this tape yet.", symbol=instrument.symbol)
    if quote.derived_from is None:
        return quote.ask
    return crossed_price(account.rules.fill_model, Side.BUY, quote.ask, instrument.tick)
