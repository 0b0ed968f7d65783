"""How far a price strays between two prices that are known."""

import numpy as np

from paperdesk.core.synthetic.arrays import Floats
from paperdesk.core.synthetic.chance import stream


def bridge_range(start: Floats, end: Floats, deviation: Floats, chance: tuple[int, str]) -> tuple[Floats, Floats]:
    """Draw the lowest and the highest price of a Brownian bridge, given the deviation of its free end."""
    drawn = stream(*chance).standard_exponential((len(start), 2, *start.shape[1:]))
    reach = np.sqrt((end - start)[:, None] ** 2 + 2 * deviation[:, None] ** 2 * drawn)
    return (start + end - reach[:, 0]) / 2, (start + end + reach[:, 1]) / 2
