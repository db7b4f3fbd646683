// The second edition of the pack language (docs/formats/pack.md section 17): shorter to write and
// to read, and nothing but the first edition underneath.
//
//     text ──read_yaml──► Document (bashu: 2) ──expand──► Document (bashu: 1) ──load──► Pack
//                                                             └► canonical JSON: what is signed
//
// Only here is the second edition known: what a node adopts, sends and keeps is the expansion.
#pragma once

#include "packs/yaml.h"

namespace bashu::packs {

// Whether the document says `bashu: 2`.
[[nodiscard]] bool is_second_edition(const Document& document);

// The same pack in the first edition. Positions lead to where a thing was written; findings say
// what has no expansion. What else is wrong is for the loader to find.
[[nodiscard]] Document expand(const Document& document);

}  // namespace bashu::packs
