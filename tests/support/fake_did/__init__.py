"""A D-ID that runs on this machine: what is documented, observed or feared of the real one, and a bill to
check."""

from .faults import Fault
from .policy import Policy
from .server import FakeDID
from .wire import wired

__all__ = ["FakeDID", "Fault", "Policy", "wired"]
