"""A D-ID that runs on this machine: what is documented, observed or feared of the real one, and a bill to
check."""

from fake_cloud import Fault, clips, wired

from .policy import Policy
from .server import FakeDID

__all__ = ["FakeDID", "Fault", "Policy", "clips", "wired"]
