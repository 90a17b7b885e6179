"""The nouns of the product, as frozen data. The words are those of docs/architecture.md and RFC 9499.

Times are seconds since the Unix epoch (UTC) as `float`, durations are seconds; both come from a `Clock`, never from
here. Owner names are canonical: lower case, A-labels, no trailing dot (`core.names`).
"""

from ddns_tray.core.model.base import Colour, Family, IPAddress, RecordKey, RecordType
from ddns_tray.core.model.lines import (
    ANY_WAY,
    AddressView,
    Binding,
    Detour,
    InterfaceKind,
    LineRemark,
    LineState,
    LineStatus,
)
from ddns_tray.core.model.looking import Cut, LookError, Observation, Role, Transport, View
from ddns_tray.core.model.services import AccountReport, Capabilities, FieldSpec, ProviderSpec, ProviderStatus
from ddns_tray.core.model.sources import (
    AddressState,
    Agreement,
    Behind,
    DefaultRoute,
    InterfaceAddress,
    RestReason,
    Sighting,
    SourceKind,
    Standing,
)
from ddns_tray.core.model.verdicts import (
    Circumstances,
    Phase,
    Reason,
    RecordMemory,
    RecordStatus,
    Snapshot,
    Turn,
    Verdict,
    VerdictKind,
)
from ddns_tray.core.model.writing import (
    AbortReason,
    Change,
    ExistingRecord,
    ExistingSet,
    Intent,
    Outcome,
    Plan,
    UpdateResult,
)

__all__ = [
    "ANY_WAY",
    "AbortReason",
    "AccountReport",
    "AddressState",
    "AddressView",
    "Agreement",
    "Behind",
    "Binding",
    "Capabilities",
    "Change",
    "Circumstances",
    "Colour",
    "Cut",
    "DefaultRoute",
    "Detour",
    "ExistingRecord",
    "ExistingSet",
    "Family",
    "FieldSpec",
    "IPAddress",
    "Intent",
    "InterfaceAddress",
    "InterfaceKind",
    "LineRemark",
    "LineState",
    "LineStatus",
    "LookError",
    "Observation",
    "Outcome",
    "Phase",
    "Plan",
    "ProviderSpec",
    "ProviderStatus",
    "Reason",
    "RecordKey",
    "RecordMemory",
    "RecordStatus",
    "RecordType",
    "RestReason",
    "Role",
    "Sighting",
    "Snapshot",
    "SourceKind",
    "Standing",
    "Transport",
    "Turn",
    "UpdateResult",
    "Verdict",
    "VerdictKind",
    "View",
]
