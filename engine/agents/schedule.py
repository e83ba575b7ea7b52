"""Which task of a plan may run next: pure bookkeeping over the plan's needs.

PlanError    the plan can't be run: a need that doesn't exist, an id twice, or a cycle
"""

import heapq
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

from engine.evidence import Plan, PlannedTask


class PlanError(ValueError):
    """The plan has no order in which it could run."""


class Schedule:
    """Hands out ready tasks, the highest priority first, then in the plan's order."""

    def __init__(self, plan: Plan, tolerant: frozenset[str] = frozenset()) -> None:
        self._tasks = {task.id: task for task in plan.tasks}
        self._order = {task.id: place for place, task in enumerate(plan.tasks)}
        self._tolerant = tolerant
        self._waits: dict[str, set[str]] = {task.id: set(task.needs) for task in plan.tasks}
        self._users: dict[str, list[str]] = defaultdict(list)
        self._succeeded: set[str] = set()
        self._ready: list[tuple[int, int, PlannedTask]] = []
        self._check(plan)
        for task in plan.tasks:
            for need in set(task.needs):
                self._users[need].append(task.id)
            if not task.needs:
                self._push(task)

    def __len__(self) -> int:
        """How many are ready."""
        return len(self._ready)

    def pop(self) -> PlannedTask | None:
        """Take the next ready task."""
        return heapq.heappop(self._ready)[2] if self._ready else None

    def finish(self, task_id: str, *, succeeded: bool) -> list[PlannedTask]:
        """Note a task's end; return the tasks that can now never run, needs before users."""
        if succeeded:
            self._succeeded.add(task_id)
        lost: list[PlannedTask] = []
        ended = [task_id]
        while ended:
            name = ended.pop()
            for user in self._users[name]:
                waits = self._waits[user]
                waits.discard(name)
                if waits:
                    continue
                task = self._tasks[user]
                met = self._succeeded.intersection(task.needs)
                if len(met) == len(set(task.needs)) or (met and user in self._tolerant):
                    self._push(task)
                else:
                    lost.append(task)
                    ended.append(user)
        return lost

    def _push(self, task: PlannedTask) -> None:
        heapq.heappush(self._ready, (-task.priority, self._order[task.id], task))

    def _check(self, plan: Plan) -> None:
        if len(self._tasks) != len(plan.tasks):
            raise PlanError("two tasks of the plan have the same id")
        for task in plan.tasks:
            for need in task.needs:
                if need not in self._tasks:
                    raise PlanError(f"task {task.id} needs {need}, which the plan doesn't have")
        try:
            TopologicalSorter(self._waits).prepare()
        except CycleError as error:
            names = ", ".join(sorted(set(error.args[1])))
            raise PlanError(f"the tasks {names} wait for each other") from error
