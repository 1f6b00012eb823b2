#pragma once

namespace tessera::model {

/// Adds up the FLOP of the layers that its thread computes while it lives: two per multiply-add of
/// the direct algorithm, whichever is used, on the rows that are really computed. Norms,
/// activations and other element-wise work are left out (docs/algorithms.md, "Cost model").
///
/// Only the innermost meter counts. Threads of a pool have no meter, so whoever measures lets torch
/// use one thread.
class FlopMeter {
 public:
  FlopMeter();
  ~FlopMeter();
  FlopMeter(const FlopMeter&) = delete;
  FlopMeter& operator=(const FlopMeter&) = delete;

  double flop() const { return flop_; }

 private:
  friend void count_flop(double flop);
  FlopMeter* outer_;
  double flop_ = 0;
};

/// A layer tells what it computes. Costs next to nothing without a meter.
void count_flop(double flop);

}  // namespace tessera::model
