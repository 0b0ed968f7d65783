"""A chain is narrowed by expiry, right, volume, delta and how strikes stand to the price, all as of the tape's time."""

import pytest

from tests.desk import RunningDesk, refused

GREEKS = ("implied_vol", "delta", "gamma", "vega_per_vol", "theta_per_year", "rho_per_rate")
CALL, PUT, HIGH_CALL = "ACME240607C00100000", "ACME240607P00100000", "ACME240607C00105000"


@pytest.mark.parametrize(
    ("wishes", "symbols"),
    [
        ({}, [CALL, PUT, HIGH_CALL]),
        ({"right": "call"}, [CALL, HIGH_CALL]),
        ({"expires_from": "2024-06-07", "expires_to": "2024-06-07"}, [CALL, PUT, HIGH_CALL]),
        ({"expires_to": "2024-06-06"}, []),
        ({"expires_from": "2024-06-08"}, []),
        ({"volume_min": "50"}, [CALL, PUT, HIGH_CALL]),
        ({"volume_min": "51"}, []),
        # ACME stands at 103.
        ({"band": "0.02"}, [HIGH_CALL]),
        ({"band": "0.03"}, [CALL, PUT, HIGH_CALL]),
        ({"moneyness": "itm"}, [CALL]),
        ({"moneyness": "otm"}, [PUT, HIGH_CALL]),
        ({"moneyness": "atm"}, [HIGH_CALL]),
        ({"delta": "0.85"}, [CALL, PUT]),
        ({"delta": "0.20"}, [PUT, HIGH_CALL]),
        ({"delta": "-0.20", "right": "put"}, [PUT]),
    ],
)
async def test_a_chain_shows_what_was_wished_for(desk: RunningDesk, wishes: dict[str, str], symbols: list[str]) -> None:
    tape_id, _ = await desk.market("chain")
    await desk.mine.step(tape_id)
    found = await desk.mine.rows("/v1/options/chain", tape_id=tape_id, underlying="ACME", **wishes)
    assert sorted(each["symbol"] for each in found) == sorted(symbols)


async def test_a_volume_of_yesterday_is_not_told_as_todays(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market("chain")
    await desk.mine.control(tape_id, "jump", to="2024-06-05T20:00:00Z")
    found = await desk.mine.rows("/v1/options/chain", tape_id=tape_id, underlying="ACME")
    assert {each["volume"] for each in found} == {None}


@pytest.mark.parametrize("wish", [{"delta": "2"}, {"band": "-1"}, {"moneyness": "deep"}, {"volume_min": "many"}])
async def test_a_wish_that_makes_no_sense_is_refused(desk: RunningDesk, wish: dict[str, str]) -> None:
    tape_id, _ = await desk.market("chain")
    asked = {"tape_id": tape_id, "underlying": "ACME", **wish}
    refused(await desk.mine.ask("GET", "/v1/options/chain", params=asked), 422, "malformed_request")


async def test_a_line_tells_its_greeks_with_the_signs_that_its_right_has(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market("chain")
    await desk.mine.step(tape_id)
    found = await desk.mine.rows("/v1/options/chain", tape_id=tape_id, underlying="ACME")
    lines = {each["symbol"]: {name: float(each[name]) for name in GREEKS} for each in found}
    for symbol in (HIGH_CALL, PUT):
        assert lines[symbol]["gamma"] > 0 < lines[symbol]["vega_per_vol"]
        assert lines[symbol]["theta_per_year"] < 0
    assert lines[HIGH_CALL]["delta"] > 0 < lines[HIGH_CALL]["rho_per_rate"]
    assert lines[PUT]["delta"] < 0 > lines[PUT]["rho_per_rate"]
