#include "replay/reports/cover_curve.h"

#include <algorithm>

namespace replay::reports {

namespace {

// Follows one curve from event to event.
class Tracer {
 public:
  Tracer(const Cover& cover, const Moment& from, const std::vector<Moment>& samples)
      : samples_(samples), now_(cover) {
    curve_.before = cover;
    curve_.most_exposed = cover.exposed();
    curve_.most_exposed_since = from;
    curve_.spells.push_back({cover.state(), from, from, cover.covered});
  }

  // What holds up to and without `moment` is known.
  void pass(const Moment& moment) {
    while (curve_.at_samples.size() < samples_.size() &&
           samples_[curve_.at_samples.size()].position < moment.position) {
      curve_.at_samples.push_back(now_.state());
    }
  }

  void set(const Cover& cover, const Moment& moment) {
    now_ = cover;
    if (cover.exposed() > curve_.most_exposed) {
      curve_.most_exposed = cover.exposed();
      curve_.most_exposed_since = moment;
    }
    auto& last = curve_.spells.back();
    if (last.state == cover.state()) {
      last.covered_least = std::min(last.covered_least, cover.covered);
      return;
    }
    last.to = moment;
    curve_.spells.push_back({cover.state(), moment, moment, cover.covered});
  }

  CoverCurve finish(const Moment& to) {
    pass({{to.position.value + 1}, to.time});
    curve_.after = now_;
    curve_.spells.back().to = to;
    return std::move(curve_);
  }

 private:
  const std::vector<Moment>& samples_;
  Cover now_;
  CoverCurve curve_;
};

}  // namespace

CoverCurve curve_of(const CoverHistory& history, const std::vector<bool>& covering,
                    const Period& period, const std::vector<Moment>& samples) {
  Cover cover;
  for (std::size_t number = 0; number < history.classes(); ++number) {
    cover.counted += history.beginning()[number];
    if (covering[number]) cover.covered += history.beginning()[number];
  }
  Tracer tracer(cover, period.from, samples);
  const auto& steps = history.steps();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& step = steps[i];
    if (step.before != not_counted) --cover.counted;
    if (step.after != not_counted) ++cover.counted;
    if (covering[step.before]) --cover.covered;
    if (covering[step.after]) ++cover.covered;
    tracer.pass(step.moment);
    // Computers of one event change together.
    const bool is_last =
        i + 1 == steps.size() || steps[i + 1].moment.position != step.moment.position;
    if (is_last) tracer.set(cover, step.moment);
  }
  return tracer.finish(period.to);
}

}  // namespace replay::reports
