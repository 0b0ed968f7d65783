"""Which sector an instrument belongs to, as far as a tape knows: the companies of a synthetic market, and no others."""

from collections.abc import Iterator, Mapping

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.synthetic.roster import ROSTER
from paperdesk.features.marketdata.feeds.dataset import Dataset

_HOMES = {each.symbol: each.home for each in ROSTER if each.home is not None}


class TapeSectors(Mapping[InstrumentId, str]):
    """The sectors of the instruments of a dataset, looked up when they are asked for."""

    def __init__(self, dataset: Dataset) -> None:
        """Take the market."""
        self._dataset = dataset

    def __getitem__(self, instrument_id: InstrumentId) -> str:
        """Return a sector; what nobody says it of has none."""
        is_synthetic = self._dataset.manifest.recipe is not None
        instrument = self._dataset.instruments.get(instrument_id) if is_synthetic else None
        if instrument is None:
            raise KeyError(instrument_id)
        return _HOMES[instrument.symbol]

    def __iter__(self) -> Iterator[InstrumentId]:
        """Yield what has a sector."""
        return (each for each in self._dataset.instruments if each in self)

    def __len__(self) -> int:
        """Return how many instruments have a sector."""
        return sum(1 for _ in self)
