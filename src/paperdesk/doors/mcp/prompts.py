"""Whole tasks of several steps, as words for a model: which tools, in which order, and what to say at the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mcp_types import GetPromptResult, Prompt, PromptArgument, PromptMessage, TextContent

from paperdesk.core.kernel.errors import Invalid, NotFound

TEXT_MAX: Final = 500


class UnknownPrompt(NotFound):
    """There is no such prompt."""


class MalformedPrompt(Invalid):
    """A prompt takes the arguments that it names, each a short text, and has to be given those it needs."""


@dataclass(frozen=True, slots=True)
class Task:
    """One task: what it is for, what it asks for (True where it has to be given), and its words."""

    name: str
    purpose: str
    asks: Mapping[str, bool]
    words: str

    @property
    def on_wire(self) -> Prompt:
        """Return the task as a client is told of it."""
        asked = [PromptArgument(name=name, required=is_needed) for name, is_needed in self.asks.items()]
        return Prompt(name=self.name, description=self.purpose, arguments=asked)

    def told(self, given: Mapping[str, str]) -> GetPromptResult:
        """Return the words with what was given in them. Raises MalformedPrompt."""
        strange = [name for name in given if name not in self.asks]
        lacking = [name for name, is_needed in self.asks.items() if is_needed and not given.get(name, "").strip()]
        if strange or lacking or any(len(text) > TEXT_MAX for text in given.values()):
            raise MalformedPrompt(f"This prompt takes {', '.join(self.asks) or 'nothing'}.", lacking=lacking)
        words = self.words.format_map({name: given.get(name) or "not said" for name in self.asks})
        message = PromptMessage(role="user", content=TextContent(type="text", text=words))
        return GetPromptResult(description=self.purpose, messages=[message])


_PAPER = "Everything here is simulated; call server_info first and say so.\n"
TASKS: Final = (
    Task(
        "daily_review",
        "Review an account's day: what it is worth, what moved it, what still works.",
        {"account_id": False},
        _PAPER + """Review the day of an account (account_id: {account_id}; when that was not said, leave it out).
1. get_account: equity, the day's result and the gain; where one is null, give its reason.
2. get_positions: which positions made the day's result, and which have no price.
3. get_fills and, for the largest of the day, explain_fill: what each cost beyond its base price.
4. get_orders with status open: what still works, until when, and what it waits for.
5. Sum up in five sentences at most: result, causes, open risks, what comes next by get_clock. Propose no order.""",
    ),
    Task(
        "risk_check",
        "Check what an account could lose, and where it leans on one thing.",
        {"account_id": False, "shock_percent": False},
        _PAPER + """Check the risk of an account (account_id: {account_id}; when that was not said, leave it out).
1. get_account and get_positions: the share of each position in equity; name every one above a fifth.
2. get_account_greeks and get_option_strategies, where it holds options: the largest loss of each strategy.
3. Say what a fall of the market by the shock (percent: {shock_percent}; ten when not said) would take,
   position by position, from mark and quantity; say where a mark is missing.
4. get_orders with status open: what could be added to that while nobody looks.
5. Close with the three largest risks in order, each with its figure. Propose no order unless you are asked.
get_account_greeks and get_option_strategies are in the toolset options.""",
    ),
    Task(
        "option_idea_check",
        "Check an idea for an option trade: prices, payoff, chance, what it needs.",
        {"underlying": True, "idea": True},
        _PAPER + """Check this idea on options of {underlying}: {idea}
1. get_quotes and get_bars of {underlying}: where it stands and how it has moved.
2. get_option_expirations, then get_option_chain with a band of 0.1 for the expiry that fits.
3. build_spread with the template that fits: payoff, break-evens, chance of profit and Greeks.
4. preview_order with its legs at the net price: what it needs, what its fill would cost, what warns of it.
5. Say whether the idea holds: largest gain and loss, break-evens, chance, and the one figure that speaks against it.
Place nothing. build_spread and get_option_expirations are in the toolset options.""",
    ),
    Task(
        "order_with_preview",
        "Place an order only after its preview was seen and agreed to.",
        {"symbol": True, "side": True, "quantity": True, "limit_price": False},
        _PAPER + """Prepare an order: {side} {quantity} {symbol}, limit {limit_price} (a market order when not said).
1. get_quotes of {symbol} and get_clock: the price now, and when it could fill.
2. preview_order with exactly these terms and a client_order_id of your own.
3. Show the person the expected price, cost with fees, buying power before and after, and every warning. Wait for a yes.
4. On a yes: place_order with the same arguments; when it answers needs_confirmation, repeat it as that says.
5. wait_for_order, then tell the fill; with explain_fill say what it cost beyond its base price.""",
    ),
)  # fmt: skip


def task_named(name: str) -> Task:
    """Return a task. Raises UnknownPrompt."""
    found = next((each for each in TASKS if each.name == name), None)
    if found is None:
        raise UnknownPrompt(f"There is no prompt {name[:64]!r}.", prompts=[each.name for each in TASKS])
    return found
