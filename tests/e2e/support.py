"""What the end-to-end tests share: nodes as processes in a temporary directory, and a small pack."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "demo"))

from client import Away, Client, Refused  # noqa: E402, F401
from node import PATIENCE, Node, bashu, form_circle, free_port, mail_delivered, own_net, program, wait_until  # noqa: E402, F401

FIRST_DAY = "2026-03-02"  # a Monday
NAMES = {"chongqing": "重庆市", "sichuan": "四川省", "guizhou": "贵州省"}

# A parcel goes from one side to the other, which posts it on both and may send a note behind it.
PARCELS = """\
bashu: 1
pack: parcels
version: 1
title: {zh: 包裹, en: Parcels}
types:
  label: {type: text, min: 1, max: 60, class: public, title: {zh: 标签, en: Label}}
  count: {type: int, min: 0, class: public, title: {zh: 件数, en: Count}}
registers:
  stop: {kept: own, key: [label], title: {zh: 停收, en: Not taken}, fields: {label: label}}
books:
  pieces:
    title: {zh: 件数, en: Pieces}
    type: count
    accounts: {outside: {floor: none}, sent: {}, taken: {}}
services:
  parcel:
    title: {zh: 包裹, en: Parcel}
    parties: {sender: {clerk: all, chief: all}, receiver: {clerk: all, chief: all}}
    fields: {label: label, note: {type: label, optional: true}}
    start:
      owner: sender
      by: clerk
      form: [label]
      do: {move: 1, from: pieces.outside, to: pieces.sent, at: all}
      to: packed
    states:
      packed:
        title: {zh: 已打包, en: Packed}
        owner: sender
        events:
          note: {title: {zh: 备注, en: Note}, by: clerk, form: [note]}
          send: {title: {zh: 寄出, en: Send}, by: clerk, to: arrived}
          late: {title: {zh: 逾期, en: Late}, by: system, do: {task: {zh: 尚未寄出, en: Not sent yet}, for: clerk}}
      arrived:
        title: {zh: 已到达, en: Arrived}
        owner: receiver
        holds: {receiver: "!(data.label in stop)"}
        events:
          take: {title: {zh: 签收, en: Take}, by: clerk, do: {move: 1, from: pieces.sent, to: pieces.taken, at: all}, to: taken}
      taken: {title: {zh: 已签收, en: Taken}, final: true}
    clocks:
      pack: {working_days: 3, runs_in: packed, breach: late}
figures:
  taken: {title: {zh: 签收件数, en: Parcels taken}, of: parcel, from: case.reached('taken'), count: true}
scenarios:
  - title: a parcel
    today: 2026-03-02
    steps:
      - {at: sichuan, as: clerk, start: parcel, id: P1, parties: {sender: sichuan, receiver: chongqing}, with: {label: a}, state: packed}
      - {at: sichuan, as: clerk, case: P1, event: send, state: arrived}
      - {at: chongqing, as: clerk, case: P1, event: take, state: taken}
      - {figure: taken, is: 1}
"""


# Two counties, a train between them, and a road that is planned.
NETWORK = {
    "timetable.csv": "of\n2026-01-30\n",
    "stations.csv": "station,division,lon,lat\nA,510104,104,30\nB,500103,106,30\n",
    "calls.csv": "number,station,arrives,departs\nG1,A,,10:00\nG1,B,11:02,\n",
    "places.csv": "code,name,english,lon,lat,population,core,basis\n510104,锦江区,Jinjiang,104,30,900,yes,\n"
                  "500103,渝中区,Yuzhong,106,30,600,,shared\n",
    "roads.csv": "road,section,a,b,km,speed_kmh,since,plan\nG5,,510104,500103,100,100,,2030-01-01\n",
    "buses.csv": "line,name,english,station,towards,towards_english,walk_min,last,since,closed,basis\n"
                 "B1,一路,First bus,B,山村,Village,5,11:00,2026-01-01,,\n",
    "scenarios.csv": "scenario,name,english,line,change,value\nlate,晚,Late,G5,shift,24\n",
}


def travelled(node):
    """Gives a node a circle's folder with a network."""
    folder = node.dir / "network"
    folder.mkdir()
    (node.dir / "map.tsv").write_text("9\t9\n500103\t渝中区\tYuzhong\t1\t2\tM0 0l1 1z\n", encoding="utf-8")
    for name, text in NETWORK.items():
        (folder / name).write_text(text, encoding="utf-8")


class CircleTest(unittest.TestCase):
    """Nodes of a circle that adopted a pack. Every process ends and every file goes, come what may."""

    PARTIES = ("chongqing", "sichuan")
    PACK = PARCELS

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="bashu-e2e-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.nodes = {}
        self.net = own_net()
        for party in self.PARTIES:
            self.make(party)
        form_circle("e2e", list(self.nodes.values()), self.dir / "circle")
        self.pack = self.dir / "pack.yaml"
        self.pack.write_text(self.PACK, encoding="utf-8")
        for node in self.nodes.values():
            bashu("pack", "adopt", node.dir, self.pack)
            node.start()
        self.deliver()

    def journal_of(self, _party):
        """Where the journal is; None: in the node's directory."""
        return None

    def make(self, party):
        node = Node(self.dir / party, party, NAMES[party], f"{self.net}.{len(self.nodes) + 1}",
                    FIRST_DAY, journal=self.journal_of(party))
        node.add_key("clerk", "clerk", ["*:clerk"])
        node.add_key("chief", "chief", ["*:chief"])
        node.add_key("second", "second administrator", may=["admin"])
        self.nodes[party] = node
        self.addCleanup(node.stop)
        return node

    def deliver(self):
        mail_delivered(list(self.nodes.values()))

    def verify(self, one, other):
        """Stops both and recomputes their journals, alone and against each other."""
        for party in (one, other):
            self.nodes[party].stop()
        said = bashu("journal", "verify", self.nodes[one].dir, self.nodes[other].dir)
        self.assertIn("the two agree", said)
        return said

    def history(self, party, case):
        steps = self.nodes[party].as_("clerk").get(f"/cases/{case}/history")["steps"]
        return [(step["version"], step["event"], step["digest"]) for step in steps]


def tool(*arguments, **more):
    return subprocess.run([str(one) for one in arguments], capture_output=True, check=False, **more)
