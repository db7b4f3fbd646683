// The scan against Dijkstra on the time-expanded graph, by a graph library: an event is a station's
// moment or a moment aboard, an edge what one can do next.

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "network/scan.h"
#include "network/test_networks.h"

namespace bashu::network {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                                    boost::property<boost::edge_weight_t, Seconds>>;

class TimeExpanded {
 public:
  explicit TimeExpanded(const Timetable& timetable) : t_{timetable} {}

  std::vector<Seconds> earliest(StationIndex from, Seconds departs_s) {
    graph_ = Graph{};
    when_.clear();
    ready_.assign(t_.stations(), {});
    const auto start = event(departs_s);
    std::vector<std::pair<std::size_t, StationIndex>> at;  // events, and where one is then
    at.emplace_back(start, from);
    be_ready(start, from, departs_s);
    walk(start, from, departs_s, at);

    std::map<TripIndex, std::size_t> aboard;  // the last event of each train
    for (const Connection& one : t_.connections) {
      const auto leaves = event(one.departs_s), arrives = event(one.arrives_s());
      edge(leaves, arrives);
      if (const auto before = aboard.find(one.trip); before != aboard.end()) {
        edge(before->second, leaves);
      }
      aboard[one.trip] = arrives;
      if (one.boards) boards_.emplace_back(leaves, static_cast<StationIndex>(one.from));
      if (!one.alights) continue;
      const auto to = static_cast<StationIndex>(one.to);
      const auto out = event(one.arrives_s());
      edge(arrives, out);
      at.emplace_back(out, to);
      be_ready(out, to, one.arrives_s() + t_.change_s[to]);
      walk(out, to, one.arrives_s(), at);
    }
    board();

    std::vector<Seconds> distance(boost::num_vertices(graph_));
    boost::dijkstra_shortest_paths(graph_, start,
                                   boost::distance_map(boost::make_iterator_property_map(
                                       distance.begin(), boost::get(boost::vertex_index, graph_))));
    std::vector<Seconds> result(t_.stations(), kNever);
    for (const auto& [node, station] : at) {
      if (distance[node] != kNever) {
        result[station] = std::min(result[station], departs_s + distance[node]);
      }
    }
    return result;
  }

 private:
  std::size_t event(Seconds at) {
    when_.push_back(at);
    return boost::add_vertex(graph_);
  }
  void edge(std::size_t a, std::size_t b) { boost::add_edge(a, b, when_[b] - when_[a], graph_); }
  void be_ready(std::size_t after, StationIndex station, Seconds at) {
    const auto node = event(at);
    edge(after, node);
    ready_[station].push_back(node);
  }
  // Who walks does not walk on.
  void walk(std::size_t after, StationIndex station, Seconds now,
            std::vector<std::pair<std::size_t, StationIndex>>& at) {
    for (std::uint32_t p = t_.paths_from[station]; p < t_.paths_from[station + 1]; ++p) {
      const Footpath& path = t_.paths[p];
      const auto there = event(now + path.walk_s);
      edge(after, there);
      at.emplace_back(there, path.to);
      be_ready(there, path.to, now + path.walk_s);
    }
  }
  void board() {
    for (const auto& [leaves, station] : boards_) {
      for (const std::size_t ready : ready_[station]) {
        if (when_[ready] <= when_[leaves]) edge(ready, leaves);
      }
    }
    boards_.clear();
  }

  const Timetable& t_;
  Graph graph_;
  std::vector<Seconds> when_;                    // by event
  std::vector<std::vector<std::size_t>> ready_;  // by station: events from which one may board
  std::vector<std::pair<std::size_t, StationIndex>> boards_;
};

RC_GTEST_PROP(TimeExpandedGraph, GivesTheSameArrivals, ()) {
  const Timetable timetable = on_day(test::random_schedule(), test::kMonday, 0);
  TimeExpanded oracle{timetable};
  Scan scan{timetable};
  const Seconds departs = 8 * 3'600 + 60 * test::pick(0, 90);
  for (StationIndex from = 0; from < timetable.stations(); ++from) {
    const auto got = scan.earliest(from, departs);
    RC_ASSERT(std::vector(got.begin(), got.end()) == oracle.earliest(from, departs));
  }
}

TEST(TimeExpandedGraph, GivesTheSameArrivalsOnAGrid) {
  const Timetable timetable = on_day(test::grid(4, 120, 900, 60), test::kMonday, 0);
  TimeExpanded oracle{timetable};
  Scan scan{timetable};
  for (StationIndex from = 0; from < timetable.stations(); from += 5) {
    const auto got = scan.earliest(from, 22 * 3'600 + 7);
    EXPECT_EQ(std::vector(got.begin(), got.end()), oracle.earliest(from, 22 * 3'600 + 7));
  }
}

}  // namespace
}  // namespace bashu::network
