import Networks

extension ReLU: IntervalPropagating, Nondecreasing {}
