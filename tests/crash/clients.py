"""Sixteen impatient people: each has an account, sends whatever comes to mind, and writes down every answer."""

import asyncio
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import httpx

from paperdesk.core.kernel.ids import derived
from tests.crash.market import FIRST_DAY, SYMBOLS, expiry_after, options_until

PEOPLE = 16
# A pause after an outage, so that nobody spins; shorter than anybody's Retry-After.
BREATH_S = 0.1
_serial = itertools.count(1)


@dataclass
class Attempt:
    """One request and what became of it; no status means that no answer came."""

    kind: str
    method: str
    path: str
    account_id: str
    key: str
    body: dict[str, Any] | None = None
    status: int | None = None
    answer: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def is_acknowledged(self) -> bool:
        """Whether the desk said that it is done."""
        return self.status in (200, 201)

    @property
    def is_open_question(self) -> bool:
        """Whether the client cannot know: no answer came, or the desk says it does not know either."""
        return self.status is None or self.answer.get("code") == "outcome_unknown"

    @property
    def entry_id(self) -> UUID:
        """The ledger entry that a transfer makes."""
        return derived(UUID(self.account_id), "transfer", self.key)

    def again(self) -> "Attempt":
        """The same request once more."""
        return Attempt(self.kind, self.method, self.path, self.account_id, self.key, self.body)


@dataclass
class Person:
    """Somebody who trades on a hot account of all and on an account of their own."""

    client: httpx.AsyncClient
    luck: random.Random
    tape_id: str
    account_ids: list[str]
    attempts: list[Attempt]
    spreads_in: str | None = None
    placed: list[Attempt] = field(default_factory=list[Attempt])

    async def act(self) -> None:
        """Do one thing."""
        draw = self.luck.random()
        if draw < 0.70:
            await self.send(self.order())
        elif draw < 0.75:
            twin = self.order()
            await asyncio.gather(self.send(twin), self.send(twin.again()))
        elif draw < 0.84 and self.placed:
            await self.send(self._cancel(self.luck.choice(self.placed[-20:])))
        elif draw < 0.90 and self.placed:
            await self.send(self._replacement(self.luck.choice(self.placed[-20:])))
        elif draw < 0.98:
            await self.send(self._transfer())
        else:
            await self.send(self._account())

    def order(self) -> Attempt:
        """An order of any kind; some will be refused, which is an answer too."""
        draw = self.luck.random()
        if draw < 0.2 and self.spreads_in is not None:
            return self._spread(self.spreads_in)
        if draw < 0.3:
            return self._order("1", {"symbol": self.luck.choice(self._listed()), "side": "buy", "type": "market"})
        terms: dict[str, Any] = {
            "side": self.luck.choice(("buy", "buy", "sell")),
            "type": "market",
            "time_in_force": self.luck.choice(("day", "day", "gtc", "gtc", "ioc", "fok")),
        }
        draw = self.luck.random()
        if draw < 0.2:
            terms = self._bracket()
        elif draw < 0.3:
            terms |= {"type": "trailing_stop", "trail_rate": "0.03", "time_in_force": "gtc"}
        elif draw < 0.6:
            terms |= {"type": "limit", "limit_price": self._price(6000, 14000)}
        return self._order(str(self.luck.randint(1, 20)), terms)

    def patient_order(self) -> Attempt:
        """An order that is never refused and never filled."""
        return self._order("1", {"side": "buy", "type": "limit", "limit_price": "1.00", "time_in_force": "gtc"})

    def _order(self, quantity: str, terms: dict[str, Any]) -> Attempt:
        account_id, key = self.luck.choice(self.account_ids), f"order-{next(_serial)}"
        body = {
            "account_id": account_id,
            "symbol": self.luck.choice(SYMBOLS),
            "quantity": quantity,
            "client_order_id": key,
            **terms,
        }
        # Companies pay dividends meanwhile; the order keeps its prices, so that every answer stays comparable.
        body["do_not_reduce"] = True
        return Attempt("order", "POST", "/v1/orders", account_id, key, body)

    def _spread(self, account_id: str) -> Attempt:
        """A call spread, bought or written, at the market or at a limit."""
        key, (low, high, _) = f"order-{next(_serial)}", self._listed()
        sides = self.luck.choice((("buy", "sell"), ("sell", "buy")))
        legs = [{"symbol": symbol, "side": side} for symbol, side in zip((low, high), sides, strict=True)]
        terms = {"type": "market"}
        if self.luck.random() < 0.5:
            price = self._price(150, 350) if sides[0] == "buy" else f"-{self._price(100, 250)}"
            terms = {"type": "limit", "limit_price": price, "time_in_force": "gtc"}
        body = {"account_id": account_id, "legs": legs, "quantity": str(self.luck.randint(1, 5)), **terms}
        return Attempt("order", "POST", "/v1/orders", account_id, key, body | {"client_order_id": key})

    def _listed(self) -> list[str]:
        """The options that end next, as far as this person has heard what day it is."""
        today = self.placed[-1].answer["accepted_at"][:10] if self.placed else f"{FIRST_DAY}"
        return options_until(expiry_after(date.fromisoformat(today)))

    def _bracket(self) -> dict[str, Any]:
        exits = {"take_profit": {"limit_price": self._price(10500, 14000)}, "stop_loss": {"stop_price": "80.00"}}
        entry = {"type": "limit", "limit_price": self._price(8500, 10400), "time_in_force": "gtc"}
        return {"side": "buy", "order_class": "bracket", **entry, **exits}

    def _price(self, low: int, high: int) -> str:
        """A price in cents, as text."""
        return f"{self.luck.randint(low, high) / 100:.2f}"

    def _replacement(self, order: Attempt) -> Attempt:
        key = f"replacement-{next(_serial)}"
        body = {"quantity": str(self.luck.randint(1, 20)), "client_order_id": key}
        return Attempt("order", "PATCH", f"/v1/orders/{order.answer['id']}", order.account_id, key, body)

    def _cancel(self, order: Attempt) -> Attempt:
        order_id = order.answer["id"]
        return Attempt("cancel", "DELETE", f"/v1/orders/{order_id}", order.account_id, order_id)

    def _transfer(self) -> Attempt:
        account_id, key = self.luck.choice(self.account_ids), f"transfer-{next(_serial)}"
        body = {"amount": f"{self.luck.randint(-5000, 10000) / 100 or 1:.2f}"}
        return Attempt("transfer", "POST", f"/v1/accounts/{account_id}/transfers", account_id, key, body)

    def _account(self) -> Attempt:
        key = f"account-{next(_serial)}"
        body = {"name": key, "tape_id": self.tape_id, "cash": "1000.00"}
        return Attempt("account", "POST", "/v1/accounts", "", key, body)

    async def send(self, attempt: Attempt) -> Attempt:
        """Send a request and write down what became of it; one that never left is not written down."""
        # A header that is taken as client order id would hide a missing one in the body.
        headers = {} if attempt.kind == "order" else {"Idempotency-Key": attempt.key}
        try:
            answer = await self.client.request(attempt.method, attempt.path, json=attempt.body, headers=headers)
        except httpx.ConnectError:
            await asyncio.sleep(BREATH_S)
            return attempt
        except httpx.TransportError:
            self.attempts.append(attempt)
            return attempt
        attempt.status, attempt.answer = answer.status_code, answer.json()
        self.attempts.append(attempt)
        if attempt.status == 503:
            assert answer.headers["content-type"] == "application/problem+json"
            assert int(answer.headers["retry-after"]) > 0
            await asyncio.sleep(BREATH_S)
        elif attempt.is_acknowledged and attempt.kind == "order":
            self.placed.append(attempt)
        return attempt


def questions(attempts: list[Attempt]) -> Iterator[Attempt]:
    """Yield each request that was left open, once, unless the same request was answered otherwise."""
    settled = {(each.kind, each.key) for each in attempts if each.is_acknowledged}
    seen: set[tuple[str, str]] = set()
    for each in attempts:
        name = (each.kind, each.key)
        if each.is_open_question and name not in settled | seen:
            seen.add(name)
            yield each
