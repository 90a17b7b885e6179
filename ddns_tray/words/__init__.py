"""Snapshot → shape, colour, short and long text, in the person's language. The only room that makes sentences.

Window, menu, notification, terminal and JSON all speak through one `Words`. No Qt here, and no decision: what is true
was decided before it came here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.model import Phase
from ddns_tray.words import evidence, notices, past, repairs, status, verdicts, ways
from ddns_tray.words.catalogue import DOMAIN, LANGUAGES
from ddns_tray.words.facts import server_name
from ddns_tray.words.language import resolve_language
from ddns_tray.words.shapes import COLOUR_WORDS, Shape, shape
from ddns_tray.words.speaker import Speaker
from ddns_tray.words.verdicts import Explanation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.alerting import Notice
    from ddns_tray.core.model import (
        AddressState,
        Agreement,
        Colour,
        Detour,
        ExistingRecord,
        Family,
        LineRemark,
        LineState,
        LineStatus,
        LookError,
        Observation,
        Outcome,
        RecordStatus,
        Role,
        Sighting,
        Snapshot,
        SourceKind,
        Transport,
        Turn,
        UpdateResult,
        VerdictKind,
        View,
    )
    from ddns_tray.core.past import Stretch
    from ddns_tray.core.repairs import Repair, RepairKind, RepairLine

__all__ = ["DOMAIN", "LANGUAGES", "Explanation", "Shape", "Words", "resolve_language"]


class Words(Speaker):
    """Everything the product says, in one language ("en" or "zh_CN")."""

    # --- the whole ---

    def shape(self, colour: Colour, phase: Phase) -> Shape:
        """The shape of the tray icon and of the window's sign."""
        return shape(colour, phase)

    def record_shape(self, record: RecordStatus) -> Shape:
        """The shape of one record's sign."""
        return shape(record.verdict.colour, Phase.IDLE)

    def status_sentence(self, snapshot: Snapshot, now: float) -> str:
        """How things are: "2 names right, 1 on its way"."""
        return status.status_sentence(self, snapshot, now)

    def status_detail(self, snapshot: Snapshot, now: float) -> str:
        """The line below: "Address 11.22.33.44 · changed 2 min ago"."""
        return status.status_detail(self, snapshot, now)

    def tooltip(self, snapshot: Snapshot, now: float) -> str:
        """Two lines for the tray icon, and a third for the worst record unless all is well."""
        return status.tooltip(self, snapshot, now)

    def next_check(self, snapshot: Snapshot, now: float) -> str:
        """When the next round comes: "next check in 38 s", "checking…", "paused"."""
        return status.next_check(self, snapshot, now)

    def progress(self, snapshot: Snapshot) -> str:
        """How far the first look at all records has come; "" when it is over."""
        return status.progress(self, snapshot)

    def colour(self, colour: Colour) -> str:
        """The colour as a word."""
        return self.say(COLOUR_WORDS[colour])

    # --- one record ---

    def record_line(self, record: RecordStatus, now: float) -> str:
        """A few words: "right", "green in 4:12", "wrong address"."""
        return verdicts.record_line(self, record, now)

    def verdict(self, kind: VerdictKind) -> str:
        """The label of a kind of verdict."""
        return self.say(verdicts.LABELS[kind])

    def verdict_label(self, record: RecordStatus) -> str:
        """The verdict in a few words, without a countdown."""
        return self.say(verdicts.label(record.verdict))

    def verdict_title(self, record: RecordStatus) -> str:
        """The verdict as a heading."""
        return self.say(verdicts.title(record.verdict))

    def verdict_explanation(self, record: RecordStatus, now: float) -> str:
        """Cause, evidence, what happens next and what to do: one sentence a line."""
        return str(verdicts.explain(self, record, now))

    def verdict_parts(self, record: RecordStatus, now: float, *, once: bool = False) -> Explanation:
        """The same, in its parts; `once` says that the program does not look again."""
        return verdicts.explain(self, record, now, once=once)

    def notice(self, notice: Notice) -> tuple[str, str]:
        """A notification: title and body."""
        return notices.notice(self, notice)

    def past(self, turns: Sequence[Turn], now: float) -> str:
        """How a record was in the last day, in a sentence."""
        return past.summary(self, turns, now)

    def stretch(self, stretch: Stretch, now: float) -> str:
        """One stretch of its past: "10:12:00 to 10:41:30: wrong address"."""
        return past.stretch(self, stretch, now)

    def delegation_path(self, view: View) -> str:
        """The way from parent to child on which the zone was found, and its servers; "" where nothing is known."""
        return past.path(self, view)

    def delegation_steps(self, view: View) -> str:
        """Every step of that way with its servers, a line each."""
        return past.path_in_full(self, view)

    # --- repairs ---

    def repair_button(self, kind: RepairKind) -> str:
        """What to press for it."""
        return self.say(repairs.BUTTONS[kind])

    def repair_title(self, kind: RepairKind, name: str) -> str:
        """The heading of its preview."""
        return self.fill(repairs.TITLES[kind], {"name": name})

    def repair_why(self, repair: Repair) -> str:
        """What it does, or why there is nothing to write."""
        return repairs.why(self, repair)

    def existing(self, record: ExistingRecord | None) -> str:
        """One resource record at the provider, in a cell."""
        return repairs.record(self, record)

    def fate(self, line: RepairLine) -> str:
        """What becomes of one line of a preview."""
        return repairs.fate(self, line)

    # --- single facts ---

    def agreement(self, agreement: Agreement) -> str:
        """What the sources conclude for one family."""
        return evidence.agreement(self, agreement)

    def line_title(self, line: LineStatus) -> str:
        """A line as a heading."""
        return ways.line_title(self, line)

    def line_state(self, state: LineState) -> str:
        """How a line fares, as a word."""
        return self.say(ways.LINE_STATES[state])

    def line_remark(self, remark: LineRemark) -> str:
        """What a person should know of how a line is used."""
        return self.say(ways.LINE_REMARKS[remark])

    def line_summary(self, line: LineStatus, family: Family) -> str:
        """How a line fares for one family, and what its sources conclude."""
        return ways.line_summary(self, line, family)

    def line_notes(self, line: LineStatus, snapshot: Snapshot) -> list[str]:
        """Remarks on a line, and who follows it."""
        return ways.line_notes(self, line, snapshot)

    def detour(self, found: Detour, snapshot: Snapshot) -> str:
        """That our traffic takes another way than our own line, and what that means for the address."""
        return ways.detour(self, found, snapshot)

    def detour_advice(self, snapshot: Snapshot) -> str:
        """What to do while names wait for a choice between two ways; "" where none does."""
        return ways.detour_advice(self, snapshot)

    def address_state(self, state: AddressState) -> str:
        """The state of one family's address as a word."""
        return self.say(evidence.ADDRESS_STATES[state])

    def sighting(self, sighting: Sighting) -> str:
        """What one source saw, or why it saw nothing."""
        return evidence.sighting(self, sighting)

    def source_kind(self, kind: SourceKind) -> str:
        """What kind of source it is."""
        return self.say(evidence.SOURCE_KINDS[kind])

    def observation(self, observation: Observation) -> str:
        """What one server answered, or why there is no answer."""
        return evidence.observation(self, observation)

    def witness(self, observation: Observation, answer: str, *, right: bool) -> tuple[str, ...]:
        """All that is known of one answer, a line each."""
        return evidence.witness(self, observation, answer, right=right)

    def look_error(self, error: LookError) -> str:
        """Why there was no usable answer."""
        return self.say(evidence.LOOK_ERRORS[error])

    def server(self, observation: Observation) -> str:
        """Who was asked, as people know it: a resolver without its URI's scheme and path."""
        return server_name(observation.server)

    def role(self, role: Role) -> str:
        """In what capacity a server was asked."""
        return self.say(evidence.ROLES[role])

    def transport(self, transport: Transport) -> str:
        """How it was asked."""
        return self.say(evidence.TRANSPORTS[transport])

    def outcome(self, result: UpdateResult) -> str:
        """What became of one update, in a sentence."""
        return evidence.outcome(self, result)

    def outcome_word(self, outcome: Outcome) -> str:
        """The same as one word."""
        return self.say(evidence.OUTCOMES[outcome])
