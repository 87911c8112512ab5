"""The running shop's database and what is in it."""

from collections.abc import Mapping

from crossaisle.shop.shop import Shop
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.event_log import EventLog
from crossaisle.stores.database.experiments import Experiments
from crossaisle.stores.database.keys import Keys
from crossaisle.stores.database.people import People
from crossaisle.stores.database.schema import migrate
from crossaisle.stores.database.slate_log import SlateLog


class Stores:
    """What commands and the service read and write beside the workspace's files."""

    def __init__(self, shop: Shop, environment: Mapping[str, str]) -> None:
        """Open, and bring the tables to the newest version.

        Raises:
            SettingsError: the URL cannot be used.
            UnavailableError: the database does not answer.
        """
        chosen = shop.settings.database
        self.database = Database(chosen.resolved(shop.folder, environment), chosen.wait)
        migrate(self.database)
        self.log, self.keys, self.people = EventLog(self.database), Keys(self.database), People(self.database)
        self.slates, self.experiments = SlateLog(self.database), Experiments(self.database)

    def close(self) -> None:
        """Let all connections go."""
        self.database.close()
