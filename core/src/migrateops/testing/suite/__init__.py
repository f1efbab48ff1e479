"""What every dialect pack has to do, as pytest classes to derive from.

A pack's tests have one class for each of these, and a fixture ``conformance_url`` that returns the url
of an empty database, or of an empty schema, anew for each test.
"""

from __future__ import annotations

from migrateops.testing.suite.batches import Batches
from migrateops.testing.suite.conformance import Conformance
from migrateops.testing.suite.golden import Golden
from migrateops.testing.suite.lifecycle import Lifecycle
from migrateops.testing.suite.locks import Locks, SessionLocks, TransactionLocks
from migrateops.testing.suite.probes import Probes
from migrateops.testing.suite.transactions import AutocommitTransactions, Transactions
from migrateops.testing.suite.written import CODES, Written

__all__ = [
    "CODES",
    "AutocommitTransactions",
    "Batches",
    "Conformance",
    "Golden",
    "Lifecycle",
    "Locks",
    "Probes",
    "SessionLocks",
    "TransactionLocks",
    "Transactions",
    "Written",
]
