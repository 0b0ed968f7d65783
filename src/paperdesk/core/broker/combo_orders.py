"""Placing a combo: the checks, then the combo as it is accepted, with its legs.

1  its terms fit together: combo_terms.py            4  prices are known, to reserve at
2  the account may trade each leg, and means what    5  there are units to close, or cash or margin to open with:
   it says                                              combo_margin.py
3  there is a market or a date to wait for             6  its risk is not what the account's rules block

The combo itself is an order under the symbol of its underlying, with the net price; each leg is an order of its own,
whose id follows from the combo's and its number. All of them carry the combo's id as their group.
"""

from collections.abc import Sequence
from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.approvals import check_approval
from paperdesk.core.broker.checks import Horizon, check_cash, check_intent, check_units, horizon, standing_price
from paperdesk.core.broker.combo_margin import check_combo_margin, hold_for_one
from paperdesk.core.broker.combo_prices import net_of
from paperdesk.core.broker.combo_terms import check_combo, structure_of, underlying_of
from paperdesk.core.broker.commands import ComboLeg, PlaceCombo, PlaceOrder
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.orders import Order, OrderClass, OrderType, Role, Side
from paperdesk.core.broker.placement import accept, drafted
from paperdesk.core.broker.reservations import reserved
from paperdesk.core.broker.risk_checks import check_risk
from paperdesk.core.broker.short_price import check_short_price
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.ids import OrderId, derived
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument


def place_combo(course: Course, command: PlaceCombo, view: MarketView) -> None:
    """Accept a combo with its legs, or refuse it by raising; chance may have the venue reject it."""
    account = course.account
    assert command.order_id not in account.orders, "an order id is used once"
    instruments = check_combo(account, command, view)
    check_legs(account, command, instruments)
    members = combo_members(account, command, instruments, view, horizon_of_combo(command, view, instruments))
    accept(course, members, view)


def check_legs(account: Account, command: PlaceCombo, instruments: Sequence[Instrument]) -> None:
    """Refuse legs that the account is not approved for, and those that would not do what they say they do."""
    for leg, instrument in zip(command.legs, instruments, strict=True):
        check_approval(account, instrument, leg.side)
        check_intent(account, _alone(command, leg), instrument)


def combo_members(
    account: Account, command: PlaceCombo, instruments: Sequence[Instrument], view: MarketView, works: Horizon
) -> tuple[Order, ...]:
    """Return a combo and its legs with what they reserve, if the account has the means for it."""
    combo, legs = _drafted(account, command, instruments, view, works)
    net = combo.limit_price
    if net is None:
        net = net_of(legs, [standing_price(leg.instrument, view, leg.side) for leg in legs])
    combo = replace(combo, hold_price=hold_for_one(account, legs, net, view.marks))
    combo, *legs = reserved(account, (combo, *legs))
    if account.rules.margin.is_margined:
        check_combo_margin(account, combo, legs, view.marks)
    else:
        for leg in legs:
            if leg.side is Side.SELL:
                check_units(account, leg.instrument, leg.side, leg.quantity)
        check_cash(account, combo)
    for leg in legs:
        check_short_price(account, leg, view)
    check_risk(account, combo, view, [replace(leg, held_money=combo.held_money) for leg in legs])
    return combo, *legs


def _drafted(
    account: Account, command: PlaceCombo, instruments: Sequence[Instrument], view: MarketView, works: Horizon
) -> tuple[Order, list[Order]]:
    underlying = view.instrument(underlying_of(instruments))
    combo = replace(
        drafted(account, _whole(command, underlying), underlying, view, works),
        order_class=OrderClass.COMBO,
        group_id=command.order_id,
        structure=structure_of(command.legs, instruments),
    )
    return combo, [
        _leg(combo, nth, leg, instrument, standing_price(instrument, view, leg.side))
        for nth, (leg, instrument) in enumerate(zip(command.legs, instruments, strict=True), 1)
    ]


def _leg(combo: Order, nth: int, asked: ComboLeg, instrument: Instrument, price: Decimal) -> Order:
    leg_id = OrderId(derived(combo.id, Role.LEG.value, nth))
    return replace(
        combo,
        id=leg_id,
        client_order_id=str(leg_id),
        instrument=instrument,
        side=asked.side,
        quantity=combo.quantity * asked.ratio,
        limit_price=None,
        hold_price=price,
        role=Role.LEG,
        parent_id=combo.id,
        leg=nth,
        ratio=int(asked.ratio),
        intent=asked.intent,
        structure=None,
    )


def _whole(command: PlaceCombo, underlying: Instrument) -> PlaceOrder:
    """Return a combo as an order under the symbol of its underlying."""
    return PlaceOrder(
        account_id=command.account_id,
        order_id=command.order_id,
        symbol=underlying.symbol,
        side=Side.BUY,
        type=command.type,
        quantity=command.quantity,
        limit_price=command.limit_price,
        time_in_force=command.time_in_force,
        client_order_id=command.idempotency_key,
    )


def _alone(command: PlaceCombo, leg: ComboLeg) -> PlaceOrder:
    """Return a leg as if it were an order of its own."""
    return PlaceOrder(
        account_id=command.account_id,
        order_id=command.order_id,
        symbol=leg.symbol,
        side=leg.side,
        type=OrderType.MARKET,
        quantity=leg.ratio * command.quantity,
        intent=leg.intent,
    )


def horizon_of_combo(command: PlaceCombo, view: MarketView, instruments: Sequence[Instrument]) -> Horizon:
    """Return how long a combo works: to the last close of the leg that ends first at most."""
    return min((horizon(command, view, each) for each in instruments), key=lambda works: works.expires_at)
