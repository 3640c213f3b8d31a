"""An ensemble: independent tasks carried out wherever there is room, results in the order of the tasks.

Every task is packed and unpacked, even in this process, so that the results are the same to the byte on one
worker, on many and on a cluster.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from optimiser.ensembles.counted import Counted, Listener
from optimiser.ensembles.keep import Keep, digest
from optimiser.ensembles.place import Here, Place
from optimiser.ensembles.task import Task
from optimiser.errors import SolverError


@dataclass(frozen=True)
class Ensemble:
    """Where tasks are carried out, where results are kept meanwhile, and who hears how far it is."""

    place: Place = field(default_factory=Here)
    keep: Keep = field(default_factory=Keep)
    progress: Listener | None = None

    def run[Result](self, tasks: Sequence[Task[Result]]) -> list[Result]:
        """The results, in the order of the tasks.

        A task whose worker is lost is carried out again; one whose result was kept is not. What a task raises
        ends the ensemble, and the results there are stay kept. `SolverError` where two tasks have one name.
        """
        if len({task.name for task in tasks}) < len(tasks):
            raise SolverError("two tasks of an ensemble have the same name")
        began = time.monotonic()
        packed = {number: self.keep.find(task) for number, task in enumerate(tasks)}
        done = {number: result for number, result in packed.items() if result is not None}
        kept = len(done)

        def tell() -> None:
            if self.progress is not None:
                self.progress(Counted(len(done), len(tasks), kept, time.monotonic() - began))

        tell()
        left = {number: task for number, task in enumerate(tasks) if number not in done}
        if left:
            for number, result in self.place.results(left):
                self.keep.put(tasks[number], result)
                done[number] = result
                tell()
        return [pickle.loads(done[number]) for number in range(len(tasks))]

    def made[Result](
        self, function: Callable[..., Result], calls: Sequence[tuple[object, ...]]
    ) -> list[Result]:
        """The results of a module's function, one for each tuple of arguments, in their order.

        A call is named by all that it is handed, so that what is kept of another is never taken.
        """
        if not calls:
            return []
        return self.run([Task(f"{at} {digest(call)}", function, call) for at, call in enumerate(calls)])
