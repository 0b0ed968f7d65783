"""Whoever has a key can read which tools there are, without being a model."""

from tests.desk import refused
from tests.mcp_door import Models


async def test_the_tools_that_are_listed_over_http_are_those_a_model_is_shown(models: Models) -> None:
    async with models.client(toolsets="all") as client:
        shown = {each.name: each.input_schema for each in (await client.list_tools()).tools}
    listed = await models.desk.mine.rows("/v1/tools")
    assert {each["name"]: each["arguments"] for each in listed} == shown
    assert [each["name"] for each in listed] == sorted(shown)
    trading = await models.desk.mine.rows("/v1/tools", toolsets="trading")
    assert {each["toolset"] for each in trading} == {"desk", "trading"}
    placing = next(each for each in trading if each["name"] == "place_order")
    assert (placing["scope"], placing["changes_nothing"]) == ("trade", False)
    refused(await models.desk.mine.ask("GET", "/v1/tools", params={"toolsets": "x"}), 422, "unknown_toolset")
