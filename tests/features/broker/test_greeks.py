"""The Greeks of an account: in shares and in money, for each 1,000 invested, now and at every close."""

from decimal import Decimal

import pytest

from tests.desk import RunningDesk, refused

CALL, HIGH_CALL, PUT = "ACME240607C00100000", "ACME240607C00105000", "ACME240607P00100000"
MARGINED = {"margin": {"kind": "reg_t"}, "option_level": 4, "fill_model": "ideal", "cash": "50000"}


def close(one: object, other: object) -> bool:
    return float(str(one)) == pytest.approx(float(str(other)), rel=2e-2, abs=1e-2)


async def test_greeks_over_a_portfolio_are_told_in_shares_and_in_dollars_with_a_daily_history(
    desk: RunningDesk,
) -> None:
    mine = desk.mine
    tape_id, account_id = await desk.market("chain", **MARGINED)
    path = f"/v1/accounts/{account_id}/greeks"
    empty = await mine.get(path)
    assert (empty["underlyings"], empty["total"]["delta"], empty["per_thousand"]) == ([], "0", None)
    await mine.order(account_id, "buy", "100")
    await mine.order(account_id, "buy", "3", symbol=CALL)
    await mine.order(account_id, "sell", "2", symbol=HIGH_CALL)
    await mine.step(tape_id)
    chain = await mine.rows("/v1/options/chain", tape_id=tape_id, underlying="ACME", expires_on="2024-06-07")
    lines = {each["symbol"]: each for each in chain}
    now = await mine.get(path)
    (acme,) = now["underlyings"]
    spot = Decimal(acme["spot"])
    delta = 100 + sum(n * 100 * float(lines[each]["delta"]) for each, n in ((CALL, 3), (HIGH_CALL, -2)))
    assert (acme["underlying"], acme["missing"]) == ("ACME", {})
    assert close(acme["delta"], delta)
    assert close(now["total"]["delta"], delta * float(spot))
    assert close(now["total"]["gamma"], Decimal(acme["gamma"]) * spot * spot / 100)
    positions = await mine.rows(f"/v1/accounts/{account_id}/positions")
    invested = sum(abs(Decimal(each["market_value"])) for each in positions)
    assert Decimal(now["invested"]) == invested
    for name, whole in now["total"].items():
        assert close(now["per_thousand"][name], Decimal(whole) * 1000 / invested)
    at = now["at"]
    await mine.step(tape_id, count=2)
    history = await mine.rows(f"{path}/history")
    kept = next(each for each in history if each["at"] == at)
    assert kept == now == await mine.get(path, as_of=at)
    assert [each["at"] for each in history] == sorted(each["at"] for each in history)
    assert history[-1] == await mine.get(path)
    assert history[0]["underlyings"] == []


async def test_what_is_not_known_of_one_position_leaves_the_whole_unknown_and_says_why(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market("chain", **MARGINED)
    await desk.mine.order(account_id, "buy", "10")
    await desk.mine.step(tape_id)
    shares = await desk.mine.get(f"/v1/accounts/{account_id}/greeks")
    (acme,) = shares["underlyings"]
    assert (acme["delta"], acme["gamma"], shares["total"]["vega"]) == ("10", "0", "0")
    refused(await desk.theirs.ask("GET", f"/v1/accounts/{account_id}/greeks"), 404, "unknown_account")
