// How each operation with parameters reads them from other places.

extension Linear {
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    Linear(weight: place(weight), bias: bias.map(place))
  }
}

extension Convolution {
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    Convolution(weight: place(weight), bias: bias.map(place), geometry: geometry)
  }
}

extension TransposedConvolution {
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    TransposedConvolution(
      weight: place(weight), bias: bias.map(place), geometry: geometry,
      outputPadding: outputPadding)
  }
}

extension BatchNormalization {
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    BatchNormalization(
      scale: place(scale), bias: place(bias), mean: place(mean), variance: place(variance),
      epsilon: epsilon, rank: rank)
  }
}

extension AddConstant {
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    AddConstant(place(constant))
  }
}

extension MultiplyConstant {
  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    MultiplyConstant(place(constant), isQuotient: isQuotient)
  }
}
