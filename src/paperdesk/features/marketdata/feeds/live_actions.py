"""What companies do, on a live tape: heard from a source beforehand, and a fact when its day begins.

The newest word of a source counts until the ex-date has come, and it is known from the day after it was heard. What
is heard only after the session of its ex-date has opened moves no account: who held at the close before has traded.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import CorporateAction, Moment, ex_price, moments
from paperdesk.core.market.facts import CorporateActionFact
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.merge import UNNUMBERED
from paperdesk.core.market.sessions import Calendar
from paperdesk.features.marketdata.feeds.actions import with_series

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Word:
    """Every action of one symbol that goes ex on a day or later, as a source told it."""

    symbol: str
    since: date
    actions: Sequence[CorporateAction]


def word_of(symbol: str, heard_on: date, told: Iterable[CorporateAction]) -> Word:
    """Return what was heard on a day, to be known on the next, or on the ex-date where that comes first."""
    known = [replace(each, announced_on=min(heard_on + _DAY, each.ex_on)) for each in told]
    return Word(symbol, heard_on, sorted(known, key=lambda each: each.ex_on))


class Companies:
    """What has been heard of companies, and what of it the tape has told."""

    def __init__(self, market: Calendar) -> None:
        """Begin without a word."""
        self.actions: Sequence[CorporateAction] = ()
        self._market = market
        self._heard: dict[UUID, CorporateAction] = {}
        self._options: Sequence[Instrument] = ()
        self._gone_ex: defaultdict[InstrumentId, list[tuple[int, CorporateAction]]] = defaultdict(list)
        self._told: set[tuple[UUID, Moment]] = set()

    def watch(self, options: Iterable[Instrument]) -> None:
        """Take the option contracts that actions may adjust."""
        self._options = list(options)
        self._settle()

    def hear(self, word: Word) -> None:
        """Take a word in place of what was heard before of what is still to come."""
        stale = [each.id for each in self._heard.values() if self._is_replaced(each, word)]
        for action_id in stale:
            del self._heard[action_id]
        self._heard |= {each.id: each for each in word.actions if each.id not in self._heard}
        self._settle()

    def is_news(self, word: Word) -> bool:
        """Say whether a word is another than what has been heard, whenever that was."""
        before = [each for each in self._heard.values() if self._is_replaced(each, word)]
        told = [each for each in word.actions if (each.id, Moment.EX) not in self._told]
        return {_content(each) for each in before} != {_content(each) for each in told}

    def note(self, fact: CorporateActionFact) -> None:
        """Remember a fact that the tape has told, with its number."""
        self._told.add((fact.action.id, fact.moment))
        if fact.moment is Moment.EX:
            self._gone_ex[fact.instrument_id].append((fact.seq, fact.action))

    def with_series(self, action: CorporateAction) -> CorporateAction:
        """Return an action with the option series it adjusts."""
        return next((each for each in self.actions if each.id == action.id), action)

    def due(self, since: datetime, now: datetime) -> Iterator[CorporateActionFact]:
        """Yield what has come since the clock was looked at last, and what was heard late but not too late."""
        for action in self.actions:
            is_ex = (action.id, Moment.EX) in self._told
            for moment, day in moments(action):
                if (action.id, moment) in self._told or not self._has_come(day, now):
                    continue
                begins_at = self._market.day_starts_at(day)
                if moment is Moment.EX:
                    is_ex = begins_at > since or not self._has_opened(day, since)
                if is_ex:
                    yield CorporateActionFact(UNNUMBERED, max(begins_at, since), action, moment)

    def missed(self, now: datetime) -> list[CorporateAction]:
        """Return what was heard too late for any account to be moved by it."""
        return [
            each
            for each in self.actions
            if (each.id, Moment.EX) not in self._told
            and self._has_come(each.ex_on, now)
            and self._has_opened(each.ex_on, now)
        ]

    def price_at(self, instrument: Instrument, price: Decimal, span: tuple[int, int]) -> Decimal:
        """Return a price of one fact as it stands at a later cursor: what went ex in between is taken out."""
        adjusted = price
        for seq, action in self._gone_ex.get(instrument.id, ()):
            if span[0] < seq <= span[1]:
                adjusted = ex_price(action, adjusted)
        if adjusted == price:
            return price
        return (adjusted / instrument.tick).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * instrument.tick

    def _is_replaced(self, action: CorporateAction, word: Word) -> bool:
        is_told = (action.id, Moment.EX) in self._told
        return action.instrument.symbol == word.symbol and action.ex_on >= word.since and not is_told

    def _has_come(self, day: date, now: datetime) -> bool:
        return self._market.first <= day <= self._market.last and self._market.day_starts_at(day) <= now

    def _has_opened(self, day: date, now: datetime) -> bool:
        """Say whether a session has opened since a day began."""
        return self._market.next_open(self._market.day_starts_at(day)) <= now

    def _settle(self) -> None:
        ordered = sorted(self._heard.values(), key=lambda each: (each.ex_on, each.instrument.id.int))
        self.actions = with_series(ordered, self._options)


def _content(action: CorporateAction) -> tuple[object, ...]:
    return action.id, action.terms, action.ex_on, action.pay_on
