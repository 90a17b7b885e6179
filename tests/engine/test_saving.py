"""The memory of very many names goes to disk apart from the loop, and nothing of it is lost on the way."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ddns_tray.core.errors import StorageError
from ddns_tray.core.model import RecordKey, RecordMemory, RecordType
from ddns_tray.core.text import text
from ddns_tray.engine.state import MANY, EngineState
from tests.support.clock import FakeClock
from tests.support.engine_fakes import FakeMemory

if TYPE_CHECKING:
    from collections.abc import Mapping


class Store(FakeMemory):
    """Writes down in which thread it was written to."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: list[int] = []

    def save(self, memory: Mapping[RecordKey, RecordMemory], *, changed: RecordKey | None = None) -> None:
        self.threads.append(threading.get_ident())
        super().save(memory, changed=changed)


def state_of(store: Store, names: int) -> EngineState:
    state = EngineState(FakeClock(), store)
    for number in range(names):
        state.note(RecordKey(f"h{number}.example", RecordType.A), RecordMemory(failures=1))
    return state


async def test_few_names_are_written_at_once() -> None:
    store = Store()
    await state_of(store, MANY - 1).save_after_round()
    assert store.threads == [threading.get_ident()]


async def test_many_names_are_written_apart_from_the_loop() -> None:
    store = Store()
    state = state_of(store, MANY)
    await state.save_after_round()
    assert len(store.kept) == MANY
    assert threading.get_ident() not in store.threads
    await state.save_after_round()
    assert store.saves == 1, "nothing has changed"


async def test_a_full_disk_is_told_and_tried_again() -> None:
    store = Store()
    state = state_of(store, MANY)
    store.fail = full = StorageError(text("The disk is full."))
    await state.save_after_round()
    told = [state.storage_problem]
    store.fail = None
    await state.save_after_round()
    told.append(state.storage_problem)
    assert told == [full.problem, None]
    assert len(store.kept) == MANY


async def test_what_comes_while_it_is_written_is_written_next_time() -> None:
    store = Store()
    state = state_of(store, MANY)
    late = RecordKey("late.example", RecordType.A)

    class Meanwhile(Store):
        def save(self, memory: Mapping[RecordKey, RecordMemory], *, changed: RecordKey | None = None) -> None:
            state.note(late, RecordMemory(failures=1))
            super().save(memory, changed=changed)

    state._store = Meanwhile()
    await state.save_after_round()
    state._store = store
    await state.save_after_round()
    assert late in store.kept


def test_before_somebody_acts_on_one_record_that_one_is_kept_and_the_others_with_the_round() -> None:
    store = Store()
    state = state_of(store, 3)
    key = RecordKey("h1.example", RecordType.A)
    state.remember(key, RecordMemory(unconfirmed=True))
    assert store.kept == {key: RecordMemory(unconfirmed=True)}
    state.save()
    assert len(store.kept) == 3
