"""What fakes of services share: a server, what may go wrong with it, and small real media."""

from . import clips
from .faults import Fault
from .server import FakeServer, Made
from .wire import wired

__all__ = ["FakeServer", "Fault", "Made", "clips", "wired"]
