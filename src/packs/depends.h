// What expressions of a pack depend on: whether a figure's row must be counted again when something
// changes, and whether what an expression gives may be published.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "packs/expr.h"
#include "packs/pack.h"

namespace bashu::packs {

// What an evaluation of the figure's expressions reads, beyond its own case or record.
struct Reads {
  bool elsewhere = false;  // as_of, registers, books, calendars: differs with the date asked for
  bool parent = false;
  bool parties = false;  // of the case
  // What of a case must change for its row to change; `any`: everything may matter.
  bool any = false;
  std::set<std::string, std::less<>> fields;   // of `data`, or of `entry`
  std::set<std::string, std::less<>> visited;  // states asked for with reached or left
};
[[nodiscard]] Reads reads_of(const Pack& pack, const Figure& figure);

// Whether it reads values of class public only. `service` or `reg`: what its rows are; both null
// for accounts.
[[nodiscard]] bool reads_public(const Program& program, const Pack& pack, const Service* service,
                                const Register* reg);
// Whether it tells months of an account apart.
[[nodiscard]] bool reads_month(const Program& program);

}  // namespace bashu::packs
