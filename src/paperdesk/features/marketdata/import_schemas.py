"""What an import looks like from outside: what the rows of a file cannot tell, and the job that reads them."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from paperdesk.core.market.instruments import Kind
from paperdesk.features.marketdata.feeds.manifest import PriceBasis
from paperdesk.features.marketdata.feeds.reading import FileFormat
from paperdesk.features.marketdata.import_dataset import ImportDataset
from paperdesk.infra.http import Body, Line, symbols_in

Symbols = Annotated[str, Field(description="Those of the kind, separated by commas; what is in no list is a share.")]


class ImportTerms(Body):
    """What the rows of a file cannot tell: how it is written, and what its prices are."""

    name: Line
    format: FileFormat = FileFormat.CSV
    price_basis: PriceBasis = PriceBasis.RAW
    calendar: Line = "XNYS"
    symbol: Line | None = None
    etfs: Symbols = ""
    indexes: Symbols = ""
    bonds: Symbols = ""

    def command(self, upload: Path) -> ImportDataset:
        """Return what is asked as a command."""
        kinds = {
            symbol: kind
            for kind, symbols in ((Kind.ETF, self.etfs), (Kind.INDEX, self.indexes), (Kind.BOND, self.bonds))
            for symbol in symbols_in(symbols)
        }
        return ImportDataset(upload, self.name, self.format, self.price_basis, self.calendar, self.symbol, kinds)


class ImportOut(BaseModel):
    """The job that imports or repairs a dataset."""

    job_id: UUID
