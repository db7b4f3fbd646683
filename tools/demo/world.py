"""Days and stories. A story is a generator: it acts, then yields the Turn it waits for next.

    each working day:  set the day on both nodes ─► run what is due ─► deliver the mail ─┐
                                       ▲                                                 │
                                       └──── what waited for the mail of today ◄─────────┘

A node that is away holds up only the stories whose next turn is there; when it is back they go on
as soon as its mail has come.
"""

import datetime
import heapq
import itertools
import time

import synthetic
from node import mail_delivered
from client import Refused


class Turn:
    """Who acts next, in how many working days (0: when today's mail has come), and the state in
    which the case must have arrived there."""

    def __init__(self, node, days=0, case=None, state=None):
        self.node, self.days, self.case, self.state = node, days, case, state


class World:
    def __init__(self, nodes, first_day):
        self.nodes = {node.party: node for node in nodes}
        self.day = first_day
        self.off, self.on = synthetic.holidays()
        self.waiting = []  # (day, order, story, turn)
        self.order = itertools.count()
        self.unsettled = False  # a node is away, or came back and has not read its mail
        self.writes = 0
        self.on_day = {}  # day to what happens on it, before anything else
        self.passing = lambda day: None  # told each working day

    def is_working(self, day):
        return day in self.on or (day.weekday() < 5 and day not in self.off)

    def working_days(self, first, last):
        days = []
        while first <= last:
            if self.is_working(first):
                days.append(first)
            first += datetime.timedelta(days=1)
        return days

    def after(self, day, count):
        """The working day `count` working days after `day`; 0: the day itself."""
        while count > 0:
            day += datetime.timedelta(days=1)
            count -= self.is_working(day)
        return day

    def begin(self, day, node, story):
        """The story begins on that day, or when the node is back."""
        heapq.heappush(self.waiting, (day, next(self.order), story, Turn(node)))

    def other(self, party):
        return next(name for name in self.nodes if name != party)

    def running(self):
        return [node for node in self.nodes.values() if node.running]

    def _has_come(self, turn):
        if not turn.node.running:
            return False
        if not self.unsettled or turn.case is None:
            return True
        try:
            return turn.node.as_("admin").case(turn.case)["state"] == turn.state
        except Refused:
            return False

    def _step(self, story):
        try:
            turn = next(story)
        except StopIteration:
            return
        day = self.after(self.day, turn.days)
        heapq.heappush(self.waiting, (day, next(self.order), story, turn))

    def _round(self):
        """Runs what is due and able; gives whether anything ran."""
        due = []
        while self.waiting and self.waiting[0][0] <= self.day:
            due.append(heapq.heappop(self.waiting))
        ran = False
        for item in due:
            _, _, story, turn = item
            if not self._has_come(turn):
                heapq.heappush(self.waiting, item)
                continue
            self._step(story)
            ran = True
        return ran

    def deliver(self):
        if len(self.running()) == len(self.nodes):
            mail_delivered(list(self.nodes.values()))
            self.unsettled = False

    def run_until(self, last):
        """Day by day; nobody works at weekends and on holidays, but clocks run."""
        while self.day < last:
            self.day += datetime.timedelta(days=1)
            for node in self.running():
                node.set_day(self.day.isoformat())
            for what in self.on_day.pop(self.day, []):
                what()
            if not self.is_working(self.day):
                continue
            self.passing(self.day)
            self.deliver()
            while self._round():
                self.deliver()

    def quiet_until_done(self, last):
        """Until no story waits any more."""
        while self.waiting and self.day < last:
            self.run_until(self.day + datetime.timedelta(days=1))

    def kill(self, party):
        self.unsettled = True
        self.nodes[party].kill()

    def bring_back(self, party):
        node = self.nodes[party]
        node.today = self.day.isoformat()
        begun = time.monotonic()
        said = node.start()
        ready = time.monotonic() - begun
        self.deliver()
        return said, ready, time.monotonic() - begun
