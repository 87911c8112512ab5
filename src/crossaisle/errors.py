"""Every error a person can meet: what was wrong, where, and what to do about it."""

from pydantic import ValidationError


class CrossaisleError(Exception):
    """An error with a fact, a place and a remedy, shown to people without a traceback."""

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        place = f"{where}: " if where else ""
        advice = f". {remedy}" if remedy else ""
        super().__init__(f"{place}{what}{advice}")


class InputError(CrossaisleError):
    """Data or a file that cannot be read as what it should be."""


class UsageError(CrossaisleError):
    """An option or argument out of its range, or a name that does not exist."""


class UnknownError(UsageError):
    """What is asked about is not there."""


class SettingsError(UsageError):
    """A setting in crossaisle.toml or the environment that cannot be used."""


class BusyError(CrossaisleError):
    """Another process holds what this one needs."""


class StorageError(CrossaisleError):
    """The disk is full, or a folder cannot be written or read."""


class ArtifactError(CrossaisleError):
    """A stored model that is missing, altered, or from an unknown version."""


class ServiceError(CrossaisleError):
    """Another program that was asked over the network refuses, or does not answer."""


class UnavailableError(ServiceError):
    """A store that does not answer for now: nothing was changed, and the same may be asked again."""


class ConflictError(CrossaisleError):
    """What is asked contradicts what was asked before."""


class DivergenceError(CrossaisleError):
    """Learning that led away from any answer: no model is made of it."""


def fault_of(error: ValidationError) -> str:
    """The first thing that was wrong with options or settings, with its place among them."""
    first = error.errors()[0]
    place = ".".join(str(step) for step in first["loc"]) or "a setting"
    return f"{place}: {first['msg'].removeprefix('Value error, ')}"
