"""How risky an order is: every rule that spoke, and the worst of them as the level of the whole.

    code                    compares                                                       with
    concentration           what is held of one name and its options, of equity            20 %
    sector                  what is held of one sector, of equity                          40 %
    leverage                all positions without their signs, of equity                   2
    volatile_names          what is held of volatile names, of equity                      30 %
    buying_power_low        buying power left                                              1,000
    cash_low                cash left                                                      5,000
    margin_buffer           equity after the order, of the maintenance requirement         1.25
    day_trades              day trades of the last five sessions                           3
    option_level            the account's option level, for orders in options              2
    near_expiry             days that an option still has                                  7

A measure speaks from three quarters of its figure on: low up to the figure, moderate up to 1.25 of it, high up to
1.5, extreme beyond. What has to stay above its figure speaks below it. A limit of the account is extreme when it is
broken and silent before. What cannot be measured says why, and is never taken for safe or for unsafe.

An order that only closes is no risk, so getting out is always possible.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.orders import Order
from paperdesk.core.broker.risk_limits import limits_broken
from paperdesk.core.broker.risk_picture import Picture, only_closes, pictured
from paperdesk.core.broker.risk_rules import RiskLevel, RiskMode
from paperdesk.core.broker.risk_voices import Finding, Unmeasured, Voice, shown
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO, money, plain

_ORDER: Final = tuple(RiskLevel)
_NOTICED, _MODERATE, _HIGH = Decimal("0.75"), Decimal("1.25"), Decimal("1.5")
_ONE: Final = Decimal(1)
_NO_PRICE: Final = "A position has no price yet."
_NO_EQUITY: Final = "The account has no equity to compare with."
_NO_SECTOR: Final = "Neither the tape nor the account says which sector the instrument belongs to."
_ONE_SECTOR_MISSING: Final = "Of a position nobody says which sector it belongs to, so it was not counted."


class RiskTooHigh(Conflict):
    """The order is of extreme risk by the rules of its account, and these block it."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was found about an order, and what could not be measured."""

    findings: tuple[Finding, ...] = ()
    unmeasured: tuple[Unmeasured, ...] = ()
    blocks: bool = False

    @property
    def level(self) -> RiskLevel:
        """Return the worst level that was found."""
        return max((each.level for each in self.findings), key=_ORDER.index, default=RiskLevel.NONE)

    @property
    def is_refused(self) -> bool:
        """Say whether the account's rules block the order."""
        return self.blocks and self.level is RiskLevel.EXTREME


def assess(account: Account, order: Order, view: MarketView, beside: Sequence[Order] = ()) -> Assessment | None:
    """Return how risky an order would be that has passed all other checks; None where nobody looks.

    `beside` are the other legs of a combo, which fill with it.
    """
    rules = account.rules.risk
    if rules.mode is RiskMode.OFF:
        return None
    if only_closes(account, order):
        return Assessment(blocks=rules.blocks)
    picture = pictured(account, order, view, beside)
    voices = [voice for check in _CHECKS for voice in check(picture)] + list(limits_broken(picture))
    return Assessment(
        tuple(each for each in voices if isinstance(each, Finding)),
        tuple(each for each in voices if isinstance(each, Unmeasured)),
        rules.blocks,
    )


def assess_legs(account: Account, legs: Sequence[Order], view: MarketView) -> Assessment | None:
    """Return how risky the legs of a combo would be together; what more than one of them says is said once."""
    found = [assess(account, each, view, [other for other in legs if other is not each]) for each in legs]
    told = [each for each in found if each is not None]
    if not told:
        return None
    findings = {(each.code, each.message): each for one in told for each in one.findings}
    unmeasured = {(each.code, each.reason): each for one in told for each in one.unmeasured}
    return Assessment(tuple(findings.values()), tuple(unmeasured.values()), account.rules.risk.blocks)


def check_risk(account: Account, order: Order, view: MarketView, legs: Sequence[Order] = ()) -> None:
    """Refuse an order of extreme risk where the account's rules block it; no other account is looked at."""
    if not account.rules.risk.blocks:
        return
    found = assess_legs(account, legs, view) if legs else assess(account, order, view)
    if found is None or not found.is_refused:
        return
    worst = next(each for each in found.findings if each.level is RiskLevel.EXTREME)
    raise RiskTooHigh(
        f"The risk of the order is extreme: {worst.message}",
        level=found.level.value,
        findings=[each.facts_told for each in found.findings],
    )


def _concentration(picture: Picture) -> Iterator[Voice]:
    name = picture.order.instrument.moves_with
    worth = _share(picture, lambda instrument_id: instrument_id == name)
    if isinstance(worth, str):
        yield Unmeasured("concentration", worth)
        return
    figure = picture.account.rules.risk.figures.concentration
    yield from _above(
        "concentration",
        worth,
        figure,
        f"{picture.order.instrument.symbol} and what moves with it would be {_percent(worth)} of equity, "
        f"and {_percent(figure)} is the figure.",
        "Make the order smaller, or sell some of it first.",
    )


def _sector(picture: Picture) -> Iterator[Voice]:
    sector = picture.sector_of(picture.order.instrument)
    if sector is None:
        yield Unmeasured("sector", _NO_SECTOR)
        return
    sectors = {each.instrument.moves_with: picture.sector_of(each.instrument) for each in picture.book or ()}
    worth = _share(picture, lambda name: sectors[name] == sector)
    if isinstance(worth, str):
        yield Unmeasured("sector", worth)
        return
    figure = picture.account.rules.risk.figures.sector
    yield from _above(
        "sector",
        worth,
        figure,
        f"The sector {sector} would be {_percent(worth)} of equity, and {_percent(figure)} is the figure.",
        "Make the order smaller, or take a name of another sector.",
    )
    if None in sectors.values():
        yield Unmeasured("sector", _ONE_SECTOR_MISSING)


def _leverage(picture: Picture) -> Iterator[Voice]:
    gross = _share(picture, lambda _: True)
    if isinstance(gross, str):
        yield Unmeasured("leverage", gross)
        return
    figure = picture.account.rules.risk.figures.leverage
    yield from _above(
        "leverage",
        gross,
        figure,
        f"All positions together would be {shown(gross)} times equity, and {plain(figure)} is the figure.",
        "Make the order smaller, or add cash.",
    )


def _volatile(picture: Picture) -> Iterator[Voice]:
    figures, vols = picture.account.rules.risk.figures, picture.view.volatilities
    names = {each.instrument.moves_with for each in picture.book or ()}
    if any(name not in vols for name in names):
        yield Unmeasured("volatile_names", "A name has too few closes on the tape to tell its volatility.")
        return
    share = _share(picture, lambda name: vols[name] > figures.volatile_vol)
    if isinstance(share, str):
        yield Unmeasured("volatile_names", share)
        return
    yield from _above(
        "volatile_names",
        share,
        figures.volatile_share,
        f"Names with a volatility above {_percent(figures.volatile_vol)} a year would be {_percent(share)} of equity, "
        f"and {_percent(figures.volatile_share)} is the figure.",
        "Take a smaller part, or a calmer name.",
    )


def _buying_power(picture: Picture) -> Iterator[Voice]:
    left, figure = picture.buying_power_left, picture.account.rules.risk.figures.buying_power
    if left < figure:
        yield Finding(
            "buying_power_low",
            RiskLevel.MODERATE,
            f"{_amount(picture, left)} of buying power would be left, and {plain(figure)} is the figure.",
            "Keep some for what may come, or add cash.",
            {"measured": _amount(picture, left), "figure": plain(figure)},
        )


def _cash(picture: Picture) -> Iterator[Voice]:
    left, figure = picture.cash_left, picture.account.rules.risk.figures.cash
    if left < figure and not picture.account.rules.margin.is_margined:
        yield Finding(
            "cash_low",
            RiskLevel.LOW,
            f"{_amount(picture, left)} of cash would be left, and {plain(figure)} is the figure.",
            "Make the order smaller, or add cash.",
            {"measured": _amount(picture, left), "figure": plain(figure)},
        )


def _margin_buffer(picture: Picture) -> Iterator[Voice]:
    if not picture.account.rules.margin.is_margined:
        return
    needed, figure = picture.maintenance, picture.account.rules.risk.figures.margin_buffer
    if needed is None or picture.equity is None:
        yield Unmeasured("margin_buffer", "An option cannot be valued, so what the book needs is not known.")
        return
    buffer = picture.equity / needed if needed else None
    if buffer is None or buffer >= figure:
        return
    # Below one the account is in deficit; half way down to that it is close to it.
    level = RiskLevel.MODERATE if buffer >= (figure + _ONE) / 2 else RiskLevel.HIGH
    yield Finding(
        "margin_buffer",
        level if buffer >= _ONE else RiskLevel.EXTREME,
        f"Equity would be {shown(buffer)} times what holding the positions needs, and {plain(figure)} is the figure.",
        "Make the order smaller, or add cash, before a call does it.",
        {"measured": shown(buffer), "figure": plain(figure)},
    )


def _day_trades(picture: Picture) -> Iterator[Voice]:
    if not picture.account.rules.margin.is_margined:
        return
    made, figure = len(picture.account.book.day_trades), picture.account.rules.risk.figures.day_trades
    if made >= figure:
        yield Finding(
            "day_trades",
            RiskLevel.MODERATE,
            f"The account has {made} day trades in five sessions, and {figure} is the figure.",
            "Hold what this opens over the close.",
            {"measured": str(made), "figure": str(figure)},
        )


def _options(picture: Picture) -> Iterator[Voice]:
    contract, figures = picture.order.instrument.contract, picture.account.rules.risk.figures
    if contract is None:
        return
    if picture.account.rules.option_level < figures.option_level:
        yield Finding(
            "option_level",
            RiskLevel.HIGH,
            f"The account has the option level {picture.account.rules.option_level}, "
            f"and {figures.option_level} is the figure.",
            "Trade the shares, or open an account with a higher level.",
            {"measured": str(picture.account.rules.option_level), "figure": str(figures.option_level)},
        )
    days = (contract.last_on - picture.today).days
    if days < figures.days_to_expiry:
        yield Finding(
            "near_expiry",
            RiskLevel.LOW,
            f"The option ends in {days} days, and {figures.days_to_expiry} is the figure.",
            "Take a later expiry, or say what is to happen on its last day.",
            {"measured": str(days), "figure": str(figures.days_to_expiry)},
        )


_CHECKS: Final[tuple[Callable[[Picture], Iterator[Voice]], ...]] = (
    _concentration,
    _sector,
    _leverage,
    _volatile,
    _buying_power,
    _cash,
    _margin_buffer,
    _day_trades,
    _options,
)


def _above(code: str, measured: Decimal, figure: Decimal, message: str, suggestion: str) -> Iterator[Finding]:
    """Yield a finding from three quarters of a figure on."""
    facts = {"measured": shown(measured), "figure": plain(figure)}
    steps = (
        (_HIGH, RiskLevel.EXTREME),
        (_MODERATE, RiskLevel.HIGH),
        (_ONE, RiskLevel.MODERATE),
        (_NOTICED, RiskLevel.LOW),
    )
    level = next((level for ratio, level in steps if measured > ratio * figure), None)
    if level is not None:
        yield Finding(code, level, message, suggestion, facts)


def _share(picture: Picture, counts: Callable[[InstrumentId], bool]) -> Decimal | str:
    """Return the part of equity that positions in some names are worth, without their signs, or why nobody knows."""
    if picture.book is None or picture.equity is None:
        return _NO_PRICE
    if picture.equity <= ZERO:
        return _NO_EQUITY
    held = (each for each in picture.book if counts(each.instrument.moves_with))
    return sum((abs(each.value) for each in held), ZERO) / picture.equity


def _percent(share: Decimal) -> str:
    return f"{plain(round(share * 100, 1))} %"


def _amount(picture: Picture, amount: Decimal) -> str:
    return plain(money(amount, picture.account.currency))
