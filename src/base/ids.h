// Identifiers of persons, organisations, manifests and institutions: what looks wrong about one.
// It is evidence for a clerk, never a reason to refuse: registers hold numbers with wrong check
// digits, and the holder cannot change them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/title.h"

namespace bashu {

struct IdEvidence {
  std::string normal;        // as it is compared and shown
  std::vector<Title> wrong;  // in Chinese and English, most telling first; empty: nothing found
  friend bool operator==(const IdEvidence&, const IdEvidence&) = default;
};

// Full-width letters and digits to ASCII, lower case to upper case, no white space at either end.
[[nodiscard]] std::string normal_id(std::string_view text);

// The number of a person as it is sealed, so that one person has one pseudonym: without blanks,
// invisible characters and hyphens, of 15 digits the 18 that followed in 1999, of a permit for Hong
// Kong and Macao residents without the count of its renewals. What has the form of no such number
// is text (base/unicode.h). Rules and sources: docs/formats/identifiers.md.
[[nodiscard]] std::string normal_person(std::string_view text);
// Of firms, manifests, institutions, licences: without blanks, invisible characters and hyphens.
[[nodiscard]] std::string normal_code(std::string_view text);

// Citizen number, GB 11643-1999: 6 digits of the first registration, 8 of the birth, 3 in sequence,
// a check character. The place says nothing about the present residence. Of 15 digits: the number
// of before 1999, without check character. `today`: births after it are found wrong.
[[nodiscard]] IdEvidence check_citizen_number(std::string_view text,
                                              std::optional<Date> today = std::nullopt);

// Unified social credit code, GB 32100-2015, with the organisation code of GB 11714-1997 inside.
[[nodiscard]] IdEvidence check_credit_code(std::string_view text);

// Hazardous-waste manifest number (Measures for Hazardous Waste Transfer, article 15): year, origin
// province, origin prefecture, serial of six digits.
[[nodiscard]] IdEvidence check_manifest_number(std::string_view text);

// Code of an institution in the medical insurance system: H (P for pharmacies), division, serial of
// five digits.
[[nodiscard]] IdEvidence check_medical_institution(std::string_view text);

}  // namespace bashu
