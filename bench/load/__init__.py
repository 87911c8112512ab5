"""A load generator on one core: many connections that send prepared requests, as fast as answers come or at a rate."""

from load.generator import Figures, Requests, at_full_speed, at_rate

__all__ = ["Figures", "Requests", "at_full_speed", "at_rate"]
