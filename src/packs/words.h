// An expression as an official reads it: titles instead of names, codes by what they mean, amounts
// in their unit, `and` for `&&`. The words between are in texts/ (`pack.`).
//
//     data.quantity <= tonnes.quota(data.waste)   ►   Quantity is at most the balance of White List
//                                                     quota (Waste)
#pragma once

#include <string>
#include <vector>

#include "packs/pack.h"

namespace bashu::packs {

// Where the expression stands: what its names mean.
struct Reading {
  const Pack& pack;
  const Service* service = nullptr;  // of `data`, `calc`, `case`
  const Type* line = nullptr;        // of a feed
  const Register* entry = nullptr;   // of a figure
  const Service* each = nullptr;     // of the candidates of a round
  std::string language;
};

// A `calc` is told by its name: what it means stands once, with its service.
[[nodiscard]] std::string in_words(const Program& program, const Reading& reading);

// A round, as a sentence: among whom, how many, in which order, what becomes of them.
[[nodiscard]] std::string in_words(const Allot& allot, const Reading& reading);
// The rounds of some branches, each once.
[[nodiscard]] std::vector<std::string> rounds_in_words(const std::vector<Branch>& branches,
                                                       const Reading& reading);

}  // namespace bashu::packs
