"""From what a vendor says a company does to corporate actions of an instrument."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from paperdesk.core.market.corporate_actions import ActionTerms, CashDividend, CorporateAction, Split, action_id
from paperdesk.core.market.instruments import Instrument
from paperdesk.features.marketdata.feeds.vendor import VendorAction


def actions_of(instrument: Instrument, told: Sequence[VendorAction]) -> list[CorporateAction]:
    """Return the actions of one instrument as its vendor told them. Raises MalformedCorporateAction."""
    counted: Counter[tuple[str, date]] = Counter()
    found: list[CorporateAction] = []
    for each in told:
        terms: ActionTerms
        if each.amount is not None:
            terms, kind = CashDividend(each.amount, each.is_special), "cash_dividend"
        else:
            assert each.new_units is not None, "a vendor's action is a dividend or a split"
            assert each.old_units is not None, "a split has both of its sides"
            terms, kind = Split(each.new_units, each.old_units), "split"
        counted[kind, each.ex_on] += 1
        # A vendor may learn of an action late; nobody on the tape hears of it before it was announced.
        found.append(
            CorporateAction(
                action_id(instrument.id, kind, each.ex_on, counted[kind, each.ex_on]),
                instrument,
                terms,
                each.ex_on,
                announced_on=each.announced_on,
                pay_on=each.pay_on,
            )
        )
    return found
