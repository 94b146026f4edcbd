import RandomNumbers

/// The generator that tests draw from, so that a failure names a seed and can be repeated.
public typealias SplitMix64 = RandomNumbers.SplitMix64
