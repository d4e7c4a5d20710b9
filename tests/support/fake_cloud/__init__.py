"""What fakes of services share: a server, what may go wrong with it, and small real media."""

from . import clips
from .faults import BUSY, Fault
from .server import FakeServer, Made
from .wire import wired

__all__ = ["BUSY", "FakeServer", "Fault", "Made", "clips", "wired"]
