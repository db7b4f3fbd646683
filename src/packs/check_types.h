// Static types of expressions, checked once when a pack is loaded (docs/formats/pack.md sections 7
// and 13.3): names and fields that exist, units that agree, nothing personal read.
//
// A shape is what is known of a value before it is there. Where nothing is known it is `any`, and
// evaluation decides.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "packs/pack.h"
#include "packs/reader.h"

namespace bashu::packs {

enum class ShapeKind : std::uint8_t {
  any,
  null,
  boolean,
  integer,
  text,
  date,
  month,
  list,
  record,
  sides,
};
struct Shape {
  ShapeKind kind = ShapeKind::any;
  bool measured = false;  // an integer of a unit
  std::string unit;
  int scale = 0;
  const Type* type = nullptr;                       // record: its members; text: a choice's codes
  std::shared_ptr<const Shape> element;             // of a list; the value of sides
  std::map<std::string, Shape, std::less<>> extra;  // record: members besides those of `type`

  static Shape of(ShapeKind kind) {
    Shape shape;
    shape.kind = kind;
    return shape;
  }
  static Shape of_type(const Type& type);
};

// Where an expression stands: what it may read there.
struct Site {
  const std::string* service = nullptr;  // its name: data, calc, case, today, params, parent
  bool figure = false;                   // as_of instead of today; not the present state
  bool value_of_figures = false;         // figure.x; nothing else but params and as_of
  const Register* entry = nullptr;
  const std::string* entry_name = nullptr;
  const Book* book = nullptr;  // with account: the rows of one kind
  const AccountKind* account = nullptr;
  const Type* line = nullptr;  // of a feed
  const Shape* each = nullptr;
  const CalculatorDef* result = nullptr;
  bool serial = false;    // serial() may be called
  bool unsealed = false;  // before the form is sealed: personal values may be read
};

class Checker {
 public:
  Checker(Pack& pack, Reader& reader) : pack_{pack}, reader_{reader} {}

  // Reports what is wrong and gives what the expression yields.
  Shape infer(const Program& program, const Site& site, const std::string& path);
  void want(ShapeKind kind, const Program& program, const Site& site, const std::string& path);
  // A value for a field: an expression, a literal, or parts of both.
  void assign(const Template& item, const Type& target, const Site& site, const std::string& path);
  // A template of no particular type.
  Shape infer(const Template& item, const Site& site, const std::string& path);
  void amount(const Template& item, const Book& book, const Site& site, const std::string& path);

  // What `each` is in a round over cases of a service: data, calc, case; `ranked` too: its place.
  Shape candidate(const std::string& service, bool ranked);

  // All of them, of all services; then check_calcs() once, before anything may read `calc`. It
  // finds circles, the shape of each, and what each depends on.
  void declare_calc(const std::string& service, const std::string& name,
                    std::shared_ptr<Program> program, const std::string& path);
  void check_calcs();
  // Marks a program that reaches a look-up through `calc`; for figures also what depends on the
  // date.
  void mark(Program& program, const Site& site) const;

  // Figures may name each other in any order.
  void declare_figure(const std::string& name, const std::string& path) {
    figures_[name].path = path;
  }
  Shape figure_shape(const std::string& name);
  void set_figure(const std::string& name, std::shared_ptr<const Program> measure, Site site,
                  bool counts);

 private:
  struct Calc {
    std::shared_ptr<Program> program;
    std::string path;
    Shape shape;
    bool looks_up = false;
    bool reads_state = false;  // case.state, case.since, parent.state
    bool reads_today = false;
    enum class Progress : std::uint8_t { none, open, done } progress{};
  };
  struct FigureEntry {
    std::string path;
    std::shared_ptr<const Program> measure;  // nullptr: counts
    Site site;
    Shape shape;
    enum class Progress : std::uint8_t { none, open, done } progress{};
  };
  class Walk;

  using CalcName = std::pair<std::string, std::string>;  // service, calc
  // Checked by then; nullptr if there is none, or it is being checked: a circle.
  const Calc* calc(const CalcName& name, const std::string& path);
  [[nodiscard]] const Calc* known_calc(const CalcName& name) const;
  void fits(const Shape& shape, const Type& target, const std::string& path);
  const Type* data_type(const std::string& service);

  Pack& pack_;
  Reader& reader_;
  std::map<CalcName, Calc> calcs_;
  int open_calcs_ = 0;
  std::map<std::string, FigureEntry, std::less<>> figures_;
  std::map<std::string, Type, std::less<>> data_;
};

}  // namespace bashu::packs
