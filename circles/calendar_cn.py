"""Reads calendar-cn.yaml without a YAML parser: its lines are regular."""

import datetime
import pathlib

FILE = pathlib.Path(__file__).resolve().parent / "calendar-cn.yaml"


def holidays(path=FILE):
    """(days off, weekend days worked), as sets of dates."""
    off, on = set(), set()
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        if line.strip().startswith("- {name:") and "from:" in line:
            first = datetime.date.fromisoformat(line.split("from: ")[1][:10])
            last = datetime.date.fromisoformat(line.split("to: ")[1][:10])
            while first <= last:
                off.add(first)
                first += datetime.timedelta(days=1)
        elif line.strip().startswith("workdays:"):
            days = line.split("[")[1].split("]")[0]
            on |= {datetime.date.fromisoformat(day.strip()) for day in days.split(",")}
    return off, on


def version(path=FILE):
    """The edition of the file; a correction raises it."""
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        if line.startswith("version: "):
            return int(line.removeprefix("version: "))
    raise ValueError(f"{path} names no version")


def bodies(parties, path=FILE):
    """What POST /calendars takes: one for each party."""
    off, on = (sorted(day.isoformat() for day in days) for days in holidays(path))
    return [{"party": party, "version": version(path), "holidays": off, "workdays": on}
            for party in parties]
