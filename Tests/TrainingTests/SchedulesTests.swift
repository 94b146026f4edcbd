import Testing
import Training

@Suite("Schedules are functions of the batch")
struct SchedulesTests {
  private func smoothed(
    start: Int = 2, length: Int = 20, perEpoch: Int = 100, epsilon: Double = 8.0 / 255
  ) -> EpsilonSchedule {
    EpsilonSchedule(
      .smoothed(middle: 0.25, power: 4), start: start, length: length, epsilon: epsilon,
      batchesPerEpoch: perEpoch)
  }

  private func fractions(_ schedule: EpsilonSchedule, upTo last: Int) -> [Double] {
    (0...last).map { schedule.fraction(at: $0) }
  }

  @Test(
    "The smoothed ramp has the published values",
    arguments: [
      (0.0, 0.0), (0.05, 0.00012), (0.1, 0.00197), (0.2, 0.0315), (0.25, 0.0769), (0.5, 0.3846),
      (0.75, 0.6923), (1.0, 1.0),
    ])
  func publishedValues(part: Double, expected: Double) {
    let batch = 100 + Int(part * 2_000)
    #expect(abs(smoothed().fraction(at: batch) - expected) < 0.00005)
    #expect(abs(smoothed().epsilon(at: batch) - expected * 8 / 255) < 0.000002)
  }

  @Test("The smoothed ramp is the published formula, term by term")
  func publishedFormula() {
    let schedule = smoothed(start: 3, length: 7, perEpoch: 79)
    let (full, i0, iF) = (8.0 / 255, 158.0, 711.0)
    let iM = i0 + (0.25 * (iF - i0)).rounded(.down)
    let t = (iM - i0) * (iM - i0) * (iM - i0)
    let alpha = full / ((iF - iM) * 4 * t + (iM - i0) * t)
    let eM = alpha * (iM - i0) * t
    for batch in 0..<900 {
      let step = Double(batch)
      let rise = step - i0
      let expected: Double
      if step <= i0 {
        expected = 0
      } else if step < iM {
        expected = alpha * rise * rise * rise * rise
      } else {
        expected = min(full, eM + (full - eM) * (step - iM) / (iF - iM))
      }
      #expect(abs(schedule.epsilon(at: batch) - expected) <= 1e-15, "batch \(batch)")
    }
  }

  @Test("The first epochs have radius zero and the epoch after the ramp has the full one exactly")
  func ends() {
    let schedule = smoothed()
    #expect(schedule.epsilon(at: 0) == 0)
    #expect(schedule.epsilon(at: 100) == 0)
    #expect(schedule.epsilon(at: 101) > 0)
    #expect(schedule.epsilon(at: 2_099) < schedule.epsilon)
    #expect(schedule.epsilon(at: 2_100) == schedule.epsilon)
    #expect(schedule.epsilon(at: 1_000_000_000) == schedule.epsilon)
    #expect(schedule.isWarmUp(at: 0) && schedule.isWarmUp(at: 2_099))
    #expect(!schedule.isWarmUp(at: 2_100))
  }

  @Test("The radius never falls, and its slope does not jump where the curve turns into a line")
  func slopeIsContinuous() {
    let schedule = smoothed(length: 40, perEpoch: 500)
    let turn = 500 + 5_000
    let values = (0...21_000).map { schedule.fraction(at: $0) }
    for (before, after) in zip(values, values.dropFirst()) { #expect(before <= after) }
    let before = values[turn] - values[turn - 1]
    let after = values[turn + 1] - values[turn]
    #expect(abs(before / after - 1) < 0.001)
  }

  @Test(
    "A ramp of no length jumps to the full radius, and a ramp of one batch is not divided by zero")
  func shortRamps() {
    let none = smoothed(start: 1, length: 0, perEpoch: 3)
    #expect(fractions(none, upTo: 4) == [0, 1, 1, 1, 1])
    let one = smoothed(start: 1, length: 1, perEpoch: 1)
    #expect(fractions(one, upTo: 2) == [0, 1, 1])
    let three = smoothed(start: 1, length: 1, perEpoch: 3)
    #expect(fractions(three, upTo: 3) == [0, 1.0 / 3, 2.0 / 3, 1])
    let allCurve = EpsilonSchedule(
      .smoothed(middle: 1, power: 2), start: 1, length: 1, epsilon: 1, batchesPerEpoch: 4)
    #expect(fractions(allCurve, upTo: 5) == [0, 0.0625, 0.25, 0.5625, 1, 1])
  }

  @Test("The linear ramp is a line, and the constant radius has no warm-up")
  func otherShapes() {
    let line = EpsilonSchedule(.linear, start: 2, length: 2, epsilon: 0.3, batchesPerEpoch: 2)
    #expect(fractions(line, upTo: 7) == [0, 0, 0, 0.25, 0.5, 0.75, 1, 1])
    let constant = EpsilonSchedule(
      .constant, start: 5, length: 9, epsilon: 0.3, batchesPerEpoch: 10)
    #expect(constant.epsilon(at: 0) == 0.3)
    #expect(!constant.isWarmUp(at: 0))
  }

  @Test("Mixes go from 1 to their final value as the radius grows")
  func weights() {
    // kappa = (full - epsilon (1 - final)) / full
    for final: Double in [0, 0.5, 1] {
      let kappa = WeightSchedule(from: 1, to: final)
      for fraction: Double in [0, 0.25, 0.5, 1] {
        let expected = 1 - fraction * (1 - final)
        #expect(abs(kappa.weight(atFraction: fraction) - expected) < 1e-15)
      }
      #expect(kappa.weight(atFraction: 1) == final)
    }
    #expect(WeightSchedule.constant(0.2).isConstant)
    #expect(WeightSchedule.constant(0.2).weight(atFraction: 0.5) == 0.2)
  }

  @Test("The learning rate falls after the epochs named")
  func learningRate() {
    let schedule = LearningRateSchedule(
      initial: 5e-4, milestones: [20, 23], factor: 0.2, batchesPerEpoch: 79)
    #expect(schedule.rate(at: 0) == 5e-4)
    #expect(schedule.rate(at: 20 * 79 - 1) == 5e-4)
    #expect(schedule.rate(at: 20 * 79) == 5e-4 * 0.2)
    #expect(schedule.rate(at: 23 * 79 - 1) == 5e-4 * 0.2)
    #expect(schedule.rate(at: 23 * 79) == 5e-4 * 0.2 * 0.2)
  }

  @Test("Regularisers fade as the radius grows and are off after the ramp")
  func regularizers() {
    var schedules = TrainingSchedules(
      epsilon: smoothed(),
      learningRate: LearningRateSchedule(
        initial: 1, milestones: [], factor: 1, batchesPerEpoch: 100))
    schedules.cleanWeight = WeightSchedule(from: 1, to: 0.5)
    schedules.crownWeight = WeightSchedule(from: 1, to: 0)
    schedules.regularizerWeight = 0.5
    #expect(schedules.settings(at: 0).regularizerWeight == 0.5)
    let middle = schedules.settings(at: 1_100)
    #expect(abs(middle.regularizerWeight - 0.5 * (1 - 5.0 / 13)) < 1e-12)
    #expect(abs(middle.cleanWeight - (1 - 2.5 / 13)) < 1e-12)
    #expect(abs(middle.crownWeight - 8.0 / 13) < 1e-12)
    #expect(schedules.settings(at: 2_100).regularizerWeight == 0)
    #expect(schedules.settings(at: 2_100).crownWeight == 0)
  }

  @Test("A constant radius has no warm-up, so no regularisers")
  func constantRadiusHasNoRegularizers() {
    var schedules = TrainingSchedules(
      epsilon: EpsilonSchedule(.constant, epsilon: 0.1, batchesPerEpoch: 10),
      learningRate: LearningRateSchedule(
        initial: 1, milestones: [], factor: 1, batchesPerEpoch: 10))
    schedules.regularizerWeight = 0.5
    #expect(schedules.settings(at: 0).regularizerWeight == 0)
  }

  @Test("Averages weigh states as their definitions do")
  func averaging() {
    let uniform = AveragingSchedule(.uniform(every: 10), start: 3, batchesPerEpoch: 15)
    let weights = (0..<75).map { uniform.weight(after: $0) }
    #expect(weights[..<39].allSatisfy { $0 == nil })
    #expect(weights[39] == 1 && weights[49] == 1.0 / 2 && weights[59] == 1.0 / 3)
    #expect(weights.count { $0 != nil } == 4)
    // The running average of 39, 49, 59, 69 is their mean.
    let mean = (0..<75).reduce(0.0) { average, batch in
      average + (uniform.weight(after: batch) ?? 0) * (Double(batch) - average)
    }
    #expect(abs(mean - 54) < 1e-12)
    let exponential = AveragingSchedule(.exponential(decay: 0.75), start: 2, batchesPerEpoch: 4)
    #expect((3..<6).map { exponential.weight(after: $0) } == [nil, 1, 0.25])
    #expect(AveragingSchedule(.none, batchesPerEpoch: 4).weight(after: 100) == nil)
  }
}
