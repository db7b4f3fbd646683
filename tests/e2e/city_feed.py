"""GTFS feeds of a made-up city: lines that call at stations near each other and meet at others; the
same for the same seed. No two events share a moment at which a train arrives and another leaves, so that
routers which differ in whether that is a connection still agree."""

import random
import zipfile

DAY = "2026-03-02"
CALLS = 12  # of a trip


def clock(seconds):
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def write(path, stations, lines, trips, walks, seed=1, calls=CALLS):
    """Trips leave from 05:00 on; trains arrive at even seconds and leave at odd ones. `walks` joins so many
    pairs of stations, each station at most once."""
    chance = random.Random(seed)
    names = [f"s{i}" for i in range(stations)]
    routes = [[f"s{chance.randrange(max(4, stations // 18)) if i % 6 == 3 else (line * 17 + i) % stations}" for i in range(calls)]
              for line in range(lines)]
    routes = [list(dict.fromkeys(route)) for route in routes]  # a line calls once at a station
    rows, times = [], []
    for trip in range(trips):
        route = routes[trip % lines]
        back = trip // lines % 2
        at = 5 * 3600 + trip // lines // 2 * 600 + 2 * chance.randrange(150)
        rows.append(f"l{trip % lines}{'b' if back else ''},daily,t{trip}")
        for order, stop in enumerate(reversed(route) if back else route):
            times.append(f"t{trip},{clock(at)},{clock(at + 21)},{stop},{order},0,0")
            at += 20 + 90 + 2 * chance.randrange(30)
    mixed = chance.sample(names, 2 * walks)
    pairs = [(a, b, 2 * chance.randrange(60, 360)) for a, b in zip(mixed[::2], mixed[1::2], strict=True)]
    tables = {
        "agency.txt": ("agency_id,agency_name,agency_url,agency_timezone", ["a,City,https://city.example,Asia/Shanghai"]),
        "stops.txt": ("stop_id,stop_name,stop_lat,stop_lon", [f"{name},{name},{30 + i / 1000:.3f},104" for i, name in enumerate(names)]),
        "routes.txt": ("route_id,agency_id,route_short_name,route_type", [f"l{i}{end},a,{i}{end},1" for i in range(lines) for end in ("", "b")]),
        "trips.txt": ("route_id,service_id,trip_id", rows),
        "stop_times.txt": ("trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type", times),
        "calendar_dates.txt": ("service_id,date,exception_type", [f"daily,{DAY.replace('-', '')},1"]),
        "transfers.txt": ("from_stop_id,to_stop_id,transfer_type,min_transfer_time",
                          [f"{name},{name},2,0" for name in names] + [f"{x},{y},2,{s}" for a, b, s in pairs for x, y in ((a, b), (b, a))]),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as feed:
        for name, (head, lines_of) in tables.items():
            feed.writestr(name, "\n".join([head, *lines_of, ""]))
