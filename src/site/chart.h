// A line through a figure's values over time, as SVG: drawn by numbers here, put on the page by
// chart.tpl. The table beside it says the same.
#pragma once

#include <string>
#include <vector>

#include "site/figure_parts.h"

namespace bashu::site {

struct Chart {
  struct Label {
    std::string x, y, text;
  };
  std::string line;           // the points of a polyline
  std::vector<Label> dots;    // text: `2021-09-25: 95`
  std::vector<Label> across;  // of the days
  std::vector<Label> up;      // of the values, with their grid line
};
inline constexpr int kChartWidth = 640, kChartHeight = 240;

// Empty if fewer than two points have a value. `text`: a value in the reader's words.
template <typename Text>
[[nodiscard]] Chart drawn(const std::vector<Point>& points, Text text);

// The values to draw grid lines at: round numbers from at most `low` to at least `high`.
[[nodiscard]] std::vector<std::int64_t> round_steps(std::int64_t low, std::int64_t high);

// Tenths of a pixel, as SVG takes them.
[[nodiscard]] std::string pixels(double value);
struct Frame {
  double left = 8, right = 96, top = 16, bottom = 32;
};

template <typename Text>
Chart drawn(const std::vector<Point>& points, Text text) {
  Chart chart;
  std::vector<Point> known;
  for (const Point& point : points) {
    if (point.value) known.push_back(point);
  }
  if (known.size() < 2) return chart;
  std::int64_t low = 0;
  std::int64_t high = 0;
  for (const Point& point : known) {
    low = std::min(low, *point.value);
    high = std::max(high, *point.value);
  }
  const std::vector<std::int64_t> steps = round_steps(low, high);
  const Frame frame;
  const double width = kChartWidth - frame.left - frame.right;
  const double height = kChartHeight - frame.top - frame.bottom;
  const double span = static_cast<double>(points.back().as_of.days() - points.front().as_of.days());
  const auto bottom = static_cast<double>(steps.front());
  const double reach = static_cast<double>(steps.back()) - bottom;
  const auto x = [&](Date day) {
    return frame.left +
           width * static_cast<double>(day.days() - points.front().as_of.days()) / span;
  };
  const auto y = [&](std::int64_t value) {
    return frame.top + height * (1 - (static_cast<double>(value) - bottom) / reach);
  };
  for (const Point& point : known) {
    const std::string across = pixels(x(point.as_of));
    const std::string up = pixels(y(*point.value));
    chart.line += (chart.line.empty() ? "" : " ") + across + "," + up;
    chart.dots.push_back({across, up, point.as_of.text() + ": " + text(*point.value)});
  }
  for (const std::int64_t step : steps) chart.up.push_back({"", pixels(y(step)), text(step)});
  // A label where a year begins, so that they never touch.
  int year = 0;
  for (const Point& point : points) {
    if (point.as_of.year() == year) continue;
    year = point.as_of.year();
    const auto first = Date::from_civil(year, 1, 1);
    const Date at = first && *first > points.front().as_of ? *first : points.front().as_of;
    chart.across.push_back({pixels(x(at)), "", std::to_string(year)});
  }
  if (chart.across.size() > 1 && points.front().as_of.month() > 9)
    chart.across.erase(chart.across.begin());
  return chart;
}

}  // namespace bashu::site
