"""Options on one underlying, as tests write them: leg("-3C105@2.50") is three short calls at 105.

Combos are written by their symbols: "+1:bto LOW -2 HIGH" buys one to open and sells two of another.
"""

import re
from datetime import date
from decimal import Decimal
from typing import TypedDict, Unpack
from uuid import UUID

from hypothesis import strategies as st

from paperdesk.core.broker.combos import Strategy
from paperdesk.core.broker.commands import ComboLeg, PlaceCombo
from paperdesk.core.broker.legs import Leg
from paperdesk.core.broker.orders import Intent, OrderType, Side, TimeInForce
from paperdesk.core.kernel.ids import AccountId, OrderId, derived
from paperdesk.core.market.options import OptionContract, Right, listed, occ_symbol

DECEMBER = date(2024, 12, 20)
JANUARY = date(2025, 1, 17)
_LEG = re.compile(r"(?P<quantity>[+-]\d+)(?P<right>[CP])(?P<strike>[\d.]+)(@(?P<price>[\d.]+))?")


def contract(right: str, strike: str | Decimal, expires_on: date = DECEMBER, root: str = "XYZ") -> OptionContract:
    """Return a listed contract."""
    return listed(root, expires_on, Right.CALL if right == "C" else Right.PUT, Decimal(strike))


def leg(text: str, expires_on: date = DECEMBER, root: str = "XYZ") -> Leg:
    """Return a line of options: sign and quantity, right, strike, and the price after an @."""
    found = _LEG.fullmatch(text)
    assert found, text
    terms = contract(found["right"], found["strike"], expires_on, root)
    return Leg(occ_symbol(terms), Decimal(found["quantity"]), terms, Decimal(found["price"] or 0))


def legs(text: str, expires_on: date = DECEMBER) -> tuple[Leg, ...]:
    """Return several lines, written with spaces between them."""
    return tuple(leg(word, expires_on) for word in text.split())


def shares(quantity: int, price: str = "0") -> Leg:
    """Return units of the underlying itself."""
    return Leg("XYZ", Decimal(quantity), None, Decimal(price))


@st.composite
def books(draw: st.DrawFn, lines: int = 6, sizes: int = 9) -> tuple[Leg, ...]:
    """Return a book of options, each line another contract, and perhaps shares."""
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from("CP"), st.integers(16, 24), st.sampled_from([DECEMBER, JANUARY])),
            max_size=lines,
            unique=True,
        )
    )
    quantities = st.integers(-sizes, sizes).filter(bool)
    prices = st.integers(1, 900).map(lambda cents: Decimal(cents) / 100)
    options = []
    for right, strike, expires_on in keys:
        terms = contract(right, Decimal(strike * 5), expires_on)
        options.append(Leg(occ_symbol(terms), Decimal(draw(quantities)), terms, draw(prices)))
    held = draw(st.sampled_from([0, 0, 100, 250, -300]))
    return (*options, *((shares(held, "100"),) if held else ()))


class ComboTerms(TypedDict, total=False):
    """What a combo may have besides its legs, their net price and the quantity."""

    time_in_force: TimeInForce
    expires_on: date
    client_order_id: str
    structure: Strategy


_INTENTS = {
    "bto": Intent.BUY_TO_OPEN,
    "btc": Intent.BUY_TO_CLOSE,
    "sto": Intent.SELL_TO_OPEN,
    "stc": Intent.SELL_TO_CLOSE,
}
_NOBODY = derived(UUID(int=0), "nobody")


def asked_combo(legs: str, net: str | None, quantity: str, **terms: Unpack[ComboTerms]) -> PlaceCombo:
    """Return the request for a combo of nobody's yet; without a net price it is a market order."""
    words = legs.split()
    return PlaceCombo(
        account_id=AccountId(_NOBODY),
        order_id=OrderId(_NOBODY),
        legs=tuple(_combo_leg(ratio, symbol) for ratio, symbol in zip(words[::2], words[1::2], strict=True)),
        quantity=Decimal(quantity),
        type=OrderType.MARKET if net is None else OrderType.LIMIT,
        limit_price=None if net is None else Decimal(net),
        **terms,
    )


def _combo_leg(ratio: str, symbol: str) -> ComboLeg:
    """Read a leg: a signed ratio, with an intent such as bto behind a colon where it says one."""
    number, _, intent = ratio.partition(":")
    side = Side.BUY if number.startswith("+") else Side.SELL
    return ComboLeg(symbol, side, Decimal(number[1:]), _INTENTS.get(intent))
