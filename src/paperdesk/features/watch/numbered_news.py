"""What is numbered for a person, for whoever follows it on a stream: alerts that fired, and notifications."""

from dataclasses import dataclass

from paperdesk.infra.bus import Bus


@dataclass(frozen=True, slots=True)
class NumberedNews:
    """Hears from the database that there is something new, whichever process wrote it.

    `topic` is what it is of, such as alerts, and `word` how the database says it.
    """

    bus: Bus
    topic: str
    word: str

    def told(self, payload: str) -> None:
        """Let those who follow read what is new."""
        word, _, named = payload.partition(" ")
        if word == self.word:
            self._missed(named)

    def listening(self, *, is_on: bool) -> None:
        """Let everyone look once notices come, or come again."""
        for named in self.bus.ids_of(f"{self.topic}:") if is_on else ():
            self._missed(named)

    def _missed(self, named: str) -> None:
        topic = f"{self.topic}:{named}"
        self.bus.publish_latest(topic, {"topic": "numbered", "of": self.topic, "id": named})
