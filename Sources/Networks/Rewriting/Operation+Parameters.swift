// How each operation with parameters reads them from other places.

extension Linear {
  /// The same operation with each parameter read from another place.
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    Linear(weight: place(weight), bias: bias.map(place))
  }
}

extension Convolution {
  /// The same operation with each parameter read from another place.
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    Convolution(weight: place(weight), bias: bias.map(place), geometry: geometry)
  }
}

extension TransposedConvolution {
  /// The same operation with each parameter read from another place.
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    TransposedConvolution(
      weight: place(weight), bias: bias.map(place), geometry: geometry,
      outputPadding: outputPadding)
  }
}

extension BatchNormalization {
  /// The same operation with each parameter read from another place.
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    BatchNormalization(
      scale: place(scale), bias: place(bias), mean: place(mean), variance: place(variance),
      epsilon: epsilon, rank: rank)
  }
}

extension AddConstant {
  /// The same operation with each parameter read from another place.
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    AddConstant(place(constant), isTrained: isTrained)
  }
}

extension MultiplyConstant {
  /// The same operation with each parameter read from another place.
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    MultiplyConstant(place(constant), isQuotient: isQuotient, isTrained: isTrained)
  }
}

extension Constant {
  /// The same operation with each parameter read from another place.
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    Constant(place(value))
  }
}
