// bashu circle successor, lost, recall: a journal whose end is lost for good goes on.
#pragma once

#include <string>

#include "exchange/circle.h"
#include "main/console.h"

namespace bashu::cli {

struct CircleSuccessor {
  std::string dir, out;
};
Exit circle_successor(const Console& console, const CircleSuccessor& what);
struct CircleLost {
  std::string dir;
  bool json = false;
};
Exit circle_lost(const Console& console, const CircleLost& what);
struct CircleRecall {
  std::string dir;
  bool yes = false;
  std::vector<std::string> ours;  // messages under revoked keys that a person knows to be ours
};
Exit circle_recall(const Console& console, const CircleRecall& what);
// What of whose log is lost by the newest edition; nothing if it names no successor.
void show_successors(const Console& console, const exchange::CircleSummary& summary);

}  // namespace bashu::cli
