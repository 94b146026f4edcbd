import Differentiation
import Tensors
import Testing

@Suite("At a kink the derivative is the documented one")
struct KinkTests {
  private func gradient(_ x: [Double], _ function: (Dual) -> Dual) -> [Double] {
    let variable = Dual.variable(Values([x.count], x))
    let result = function(variable)
    return result.gradients(of: [variable], seed: Values(repeating: 1, result.shape))[0].scalars
  }

  @Test("Parts and magnitude have slope 0 at 0")
  func parts() {
    #expect(gradient([0, -0.0, 1, -1]) { $0.positivePart() } == [0, 0, 1, 0])
    #expect(gradient([0, -0.0, 1, -1]) { $0.negativePart() } == [0, 0, 0, 1])
    #expect(gradient([0, 1, -1]) { $0.magnitude() } == [0, 1, -1])
  }

  @Test("Steps and comparisons are not recorded")
  func steps() {
    let x = Dual.variable(Values([2], [0.5, -1]))
    #expect(!x.applying(.sign).isTracked)
    #expect(!x.applying(.floor).isTracked)
    #expect(!x.combined(.less, x + 1).isTracked)
    #expect(!x.combined(.equal, x).isTracked)
  }

  @Test("Equal operands of an extreme share its gradient")
  func sharedOperands() {
    for operation in [BinaryOperation.maximum, .minimum] {
      let a = Dual.variable(Values([2], [3, 1]))
      let b = Dual.variable(Values([2], [3, 1]))
      let gradients = a.combined(operation, b).gradients(
        of: [a, b], seed: Values([2], [1, 4]))
      #expect(gradients.map(\.scalars) == [[0.5, 2], [0.5, 2]])
    }
    #expect(gradient([1, 2]) { $0.maximum($0) } == [1, 1])
  }

  @Test("Infinite operands of an extreme have finite gradients")
  func infiniteOperands() {
    #expect(gradient([1, .infinity]) { $0.maximum(.full(.infinity, [1])) } == [0, 0.5])
    #expect(gradient([1, .infinity]) { $0.minimum(.full(.infinity, [1])) } == [1, 0.5])
  }

  @Test("Equal elements of a reduction share its gradient")
  func sharedElements() {
    #expect(gradient([2, 5, 5, 1]) { $0.reduced(.maximum, axis: 0) } == [0, 0.5, 0.5, 0])
    #expect(gradient([2, 1, 1, 1]) { $0.reduced(.minimum, axis: 0) * 3 } == [0, 1, 1, 1])
  }

  @Test("Powers have finite derivatives where they have any")
  func powers() {
    #expect(gradient([0, 2]) { $0.combined(.power, .full(0, [1])) } == [0, 0])
    #expect(gradient([0, 2]) { $0.combined(.power, .full(1, [1])) } == [1, 1])
    #expect(gradient([0, -3]) { $0.combined(.power, .full(2, [1])) } == [0, -6])
    #expect(gradient([1, 2]) { Dual.full(0, [1]).combined(.power, $0) } == [0, 0])
  }
}
